import { startIslands } from './islands.ts';
import { intake } from './islands/intake.ts';

startIslands({ intake });

import { startIslands } from './islands.ts';
import { push } from './islands/push.ts';

startIslands({ push });

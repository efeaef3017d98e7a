import { startIslands } from './islands.ts';
import { wall } from './islands/wall.ts';

startIslands({ wall });

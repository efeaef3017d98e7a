import { startIslands } from './islands.ts';
import { keeper } from './islands/keeper.ts';

startIslands({ keeper });

import { startIslands } from './islands.ts';
import { mine } from './islands/mine.ts';

startIslands({ mine });

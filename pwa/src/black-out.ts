import { startIslands } from './islands.ts';
import { blackOut } from './islands/black-out.ts';

startIslands({ 'black-out': blackOut });

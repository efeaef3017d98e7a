import { startIslands } from './islands.ts';
import { figuresMap } from './islands/figures-map.ts';

startIslands({ 'figures-map': figuresMap });

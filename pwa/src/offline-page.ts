import { startIslands } from './islands.ts';
import { offlineSign } from './islands/offline-sign.ts';

startIslands({ 'offline-sign': offlineSign });

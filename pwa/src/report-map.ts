import { startIslands } from './islands.ts';
import { reportMap } from './islands/report-map.ts';

startIslands({ 'report-map': reportMap });

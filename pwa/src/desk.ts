import { startIslands } from './islands.ts';
import { keys } from './islands/keys.ts';
import { liveReport } from './islands/live-report.ts';
import { live } from './islands/live.ts';
import { registerMap } from './islands/register-map.ts';
import { ticks } from './islands/ticks.ts';

startIslands({ keys, live, 'live-report': liveReport, 'register-map': registerMap, ticks });

import { startIslands } from './islands.ts';
import { push } from './islands/push.ts';
import { startWorker } from './islands/worker.ts';

// The pages of staff have no worker of their own accord, and without one nothing can be pushed.
if (document.querySelector('[data-at-work]')) startWorker();

startIslands({ push });

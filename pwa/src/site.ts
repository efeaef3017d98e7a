import { startIslands } from './islands.ts';
import { dangerGate } from './islands/danger-gate.ts';
import { dutyPhone } from './islands/duty-phone.ts';
import { errorSummary } from './islands/error-summary.ts';
import { rememberLanguage } from './islands/language.ts';
import { questions } from './islands/questions.ts';
import { loadOutboxWhenNeeded } from './islands/outbox-loader.ts';
import { countScan } from './islands/scan.ts';
import { startWorker, whenIdle } from './islands/worker.ts';

rememberLanguage();

startIslands({
  'danger-gate': dangerGate,
  'duty-phone': dutyPhone,
  'error-summary': errorSummary,
  questions,
});

loadOutboxWhenNeeded();
startWorker();
whenIdle(countScan);

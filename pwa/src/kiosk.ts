import { startIslands } from './islands.ts';
import { dangerGate } from './islands/danger-gate.ts';
import { dutyPhone } from './islands/duty-phone.ts';
import { errorSummary } from './islands/error-summary.ts';
import { kiosk } from './islands/kiosk.ts';
import { questions } from './islands/questions.ts';

// Nothing here keeps anything on the device: no worker, no store, no list of own reports.
startIslands({
  'danger-gate': dangerGate,
  'duty-phone': dutyPhone,
  'error-summary': errorSummary,
  kiosk,
  questions,
});

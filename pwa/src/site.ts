import { startIslands } from './islands.ts';
import { already } from './islands/already.ts';
import { dangerGate } from './islands/danger-gate.ts';
import { dutyPhone } from './islands/duty-phone.ts';
import { errorSummary } from './islands/error-summary.ts';
import { rememberLanguage } from './islands/language.ts';
import { photoPicker } from './islands/photo-picker.ts';
import { questions } from './islands/questions.ts';
import { reportForm } from './islands/report-form.ts';
import { startSending } from './islands/waiting.ts';
import { startWorker } from './islands/worker.ts';

rememberLanguage();

startIslands({
  already,
  'danger-gate': dangerGate,
  'duty-phone': dutyPhone,
  'error-summary': errorSummary,
  'photo-picker': photoPicker,
  questions,
  'report-form': reportForm,
});

startSending();
startWorker();

import { startIslands } from './islands.ts';
import { dangerGate } from './islands/danger-gate.ts';
import { errorSummary } from './islands/error-summary.ts';
import { photoPicker } from './islands/photo-picker.ts';

startIslands({
  'danger-gate': dangerGate,
  'error-summary': errorSummary,
  'photo-picker': photoPicker,
});

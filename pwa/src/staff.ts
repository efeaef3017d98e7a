import { startIslands } from './islands.ts';
import { errorSummary } from './islands/error-summary.ts';
import { photoPicker } from './islands/photo-picker.ts';

startIslands({
  'error-summary': errorSummary,
  'photo-picker': photoPicker,
});

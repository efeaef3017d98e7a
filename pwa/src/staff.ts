import { startIslands } from './islands.ts';
import { errorSummary } from './islands/error-summary.ts';
import { livePreview } from './islands/live-preview.ts';
import { photoPicker } from './islands/photo-picker.ts';
import { questions } from './islands/questions.ts';

startIslands({
  'error-summary': errorSummary,
  'live-preview': livePreview,
  'photo-picker': photoPicker,
  questions,
});

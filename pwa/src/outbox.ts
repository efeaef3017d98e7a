/**
 * What keeps, shrinks and sends: loaded when somebody touches the page, when this device has something waiting, and at
 * once where the worker has it ready (islands/outbox-loader.ts).
 */
import { startIslands } from './islands.ts';
import { already } from './islands/already.ts';
import { photoPicker } from './islands/photo-picker.ts';
import { forgetSent, formStarted, reportForm } from './islands/report-form.ts';
import { startSending } from './islands/waiting.ts';

startIslands({ already, 'photo-picker': photoPicker, 'report-form': reportForm });
startSending();
forgetSent();

export const ready = formStarted();

import { startIslands } from './islands.ts';
import { intake } from './islands/intake.ts';
import { placeEditor } from './islands/place-editor.ts';

startIslands({ intake, 'place-editor': placeEditor });

import { startIslands } from './islands.ts';
import { placeEditor } from './islands/place-editor.ts';
import { placesMap } from './islands/places-map.ts';

startIslands({ 'place-editor': placeEditor, 'places-map': placesMap });

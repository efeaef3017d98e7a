/** The button that opens the map of the places with most messages; the table below it says the same. */
import type { Counted } from '../figures-map.ts';
import type { Island } from '../islands.ts';
import { numbers } from './map.ts';
import { toggleMap } from './map-toggle.ts';

export const figuresMap: Island = (root) => {
  const say = root.dataset;
  const [west = 0, south = 0, east = 0, north = 0] = numbers(say['bounds']);
  const places = JSON.parse(say['places'] ?? '[]') as readonly Counted[];
  toggleMap(root, ({ openCounts }, canvas) => {
    const words = { map: say['label'] ?? '', zoomIn: say['zoomIn'] ?? '', zoomOut: say['zoomOut'] ?? '' };
    return openCounts(canvas, { bounds: [west, south, east, north], places, words });
  });
};

/** Places with how much happened at each, as circles whose area tells the number. Loaded when somebody opens the map. */
import * as L from 'leaflet';
import type { Box } from './keepers-map.ts';
import { startMap } from './keepers-map.ts';
import { NEAR_ZOOM, asText } from './map.ts';

export interface Counted {
  readonly name: string;
  readonly count: number;
  /** “Byparken: 16 messages”. */
  readonly label: string;
  readonly lat: number;
  readonly lon: number;
}

interface Options {
  readonly bounds: Box;
  readonly places: readonly Counted[];
  readonly words: { readonly map: string; readonly zoomIn: string; readonly zoomOut: string };
}

const SMALLEST_PX = 26;
const LARGEST_PX = 48;

export function openCounts(canvas: HTMLElement, { bounds, places, words }: Options): { close(): void } {
  const { map, area, close } = startMap(canvas, bounds, words);
  const most = Math.max(...places.map(({ count }) => count));
  // The largest first, so that small ones lie on top of it. No stops for the keyboard: the table says the same, in order.
  for (const { count, label, lat, lon } of [...places].sort((a, b) => b.count - a.count)) {
    const size = Math.max(LARGEST_PX * Math.sqrt(count / most), SMALLEST_PX);
    const icon = L.divIcon({ className: 'map-cluster', html: String(count), iconSize: [size, size] });
    L.marker([lat, lon], { icon, title: label, keyboard: false }).bindPopup(asText(label)).addTo(map);
  }
  const all = L.latLngBounds(places.map(({ lat, lon }): [number, number] => [lat, lon]));
  if (all.isValid()) map.fitBounds(all.pad(0.1), { maxZoom: NEAR_ZOOM });
  else map.fitBounds(area);
  return { close };
}

/** The register's map: pins that differ in shape as well as in colour. Loaded where the address asks for a map. */
import * as L from 'leaflet';
import { gather } from './islands/gather.ts';
import type { Box } from './keepers-map.ts';
import { startMap } from './keepers-map.ts';
import { MAX_ZOOM, NEAR_ZOOM } from './map.ts';

export type Mark = 'late' | 'waiting' | 'open' | 'closed';

export interface Pin {
  readonly number: string;
  readonly url: string;
  readonly lat: number;
  readonly lon: number;
  readonly category: string;
  readonly status: string;
  readonly mark: Mark;
  readonly due: string;
}

export interface RegisterMap {
  show(pins: readonly Pin[]): void;
  box(): Box;
}

export interface RegisterMapOptions {
  readonly bounds: Box;
  readonly words: { readonly map: string; readonly zoomIn: string; readonly zoomOut: string; readonly several: (count: number) => string };
  readonly onMove: () => void;
}

const PIN_PX = 28;
/** Pins nearer to each other than this are one mark, so that a finger hits the one that is meant. */
const NEAR_PX = 48;
const MOST_IN_POPUP = 20;
/** The buttons that zoom stand in the upper left corner, and cover what lies beneath. */
const CLEAR: L.FitBoundsOptions = { paddingTopLeft: [72, 32], paddingBottomRight: [32, 32] };
const MARKS: Readonly<Record<Mark, string>> = { late: '!', waiting: '…', open: '', closed: '✓' };

function line({ url, number, category, status, due }: Pin): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = url;
  link.textContent = category;
  const more = document.createElement('p');
  more.className = 'muted';
  more.textContent = [number, status, due].filter(Boolean).join(' · ');
  item.append(link, more);
  return item;
}

function popup(pins: readonly Pin[]): HTMLElement {
  const list = document.createElement('ul');
  list.className = 'map-popup';
  list.append(...pins.slice(0, MOST_IN_POPUP).map(line));
  return list;
}

export function openRegisterMap(canvas: HTMLElement, { bounds, words, onMove }: RegisterMapOptions): RegisterMap {
  const { map, area } = startMap(canvas, bounds, words);
  const marks = L.layerGroup().addTo(map);
  let shown: readonly Pin[] = [];
  let looked = false;

  const put = (at: L.LatLngExpression, className: string, text: string, label: string): L.Marker => {
    const icon = L.divIcon({ className, html: text, iconSize: [PIN_PX, PIN_PX] });
    const mark = L.marker(at, { icon, title: label, alt: label }).addTo(marks);
    mark.getElement()?.setAttribute('aria-label', label);
    return mark;
  };

  const draw = (): void => {
    // What is being read stays open.
    if (canvas.querySelector('.leaflet-popup')) return;
    marks.clearLayers();
    const points = shown.map(({ lat, lon }) => map.project([lat, lon]));
    for (const group of gather(points, NEAR_PX)) {
      const pins = group.flatMap((index) => shown[index] ?? []);
      const [first] = pins;
      if (!first) continue;
      if (pins.length === 1) {
        const label = [first.category, first.status, first.due].filter(Boolean).join(', ');
        put([first.lat, first.lon], `map-mark map-${first.mark}`, MARKS[first.mark], label).bindPopup(popup(pins));
        continue;
      }
      const all = L.latLngBounds(pins.map(({ lat, lon }): [number, number] => [lat, lon]));
      const late = pins.some(({ mark }) => mark === 'late');
      const mark = put([first.lat, first.lon], `map-cluster${late ? ' map-late-inside' : ''}`, String(pins.length), words.several(pins.length));
      if (map.getZoom() >= MAX_ZOOM || all.getNorthEast().equals(all.getSouthWest())) mark.bindPopup(popup(pins));
      else mark.on('click', () => map.fitBounds(all.pad(0.1), { maxZoom: MAX_ZOOM }));
    }
  };

  map.on('moveend', onMove);
  map.on('popupclose', () => {
    // Leaflet takes the popup away after it has told.
    setTimeout(draw);
  });
  map.fitBounds(area);
  return {
    show: (pins) => {
      shown = pins;
      if (!looked && pins.length > 0) {
        looked = true;
        map.fitBounds(L.latLngBounds(pins.map(({ lat, lon }): [number, number] => [lat, lon])), { maxZoom: NEAR_ZOOM, ...CLEAR });
      }
      draw();
    },
    box: () => {
      const here = map.getBounds();
      return [here.getWest(), here.getSouth(), here.getEast(), here.getNorth()];
    },
  };
}

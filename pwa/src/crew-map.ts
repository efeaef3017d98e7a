/** The crew's map: a dot for each report, drawn on one canvas. Loaded when a map is shown; the list says the same in words. */
import * as L from 'leaflet';
import { MAX_ZOOM, NEAR_ZOOM, asText } from './map.ts';

export interface Dot {
  readonly number: string;
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly urgent: boolean;
  /** Its place in a round. */
  readonly order?: number;
}

export interface CrewMap {
  show(dots: readonly Dot[], here: { readonly lat: number; readonly lon: number } | null): void;
  close(): void;
}

export interface CrewMapOptions {
  readonly tiles: { readonly url: string; readonly max_zoom: number };
  readonly words: { readonly map: string; readonly zoomIn: string; readonly zoomOut: string };
  readonly onPick: (number: string) => void;
}

const AREA: L.FitBoundsOptions = { padding: [40, 40], maxZoom: NEAR_ZOOM };
const URGENT = '#a30d29';
const PLAIN = '#0a4a3a';

function dotOf({ name, lat, lon, urgent, order }: Dot): L.Layer {
  const at: L.LatLngExpression = [lat, lon];
  if (order !== undefined) {
    const icon = L.divIcon({ className: 'stop-mark', html: String(order), iconSize: [32, 32] });
    return L.marker(at, { icon, keyboard: false, title: name, alt: name });
  }
  // Two sizes as well as two colours.
  return L.circleMarker(at, { radius: urgent ? 12 : 9, weight: 3, color: '#fff', fillColor: urgent ? URGENT : PLAIN, fillOpacity: 1 }).bindTooltip(asText(name));
}

export function openCrewMap(canvas: HTMLElement, { tiles, words, onPick }: CrewMapOptions): CrewMap {
  const element = document.createElement('div');
  element.setAttribute('role', 'application');
  element.setAttribute('aria-label', words.map);
  canvas.replaceChildren(element);
  const map = L.map(element, { zoomControl: false, maxZoom: Math.min(tiles.max_zoom, MAX_ZOOM), preferCanvas: true, zoomAnimation: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.tileLayer(tiles.url, { maxZoom: MAX_ZOOM, maxNativeZoom: tiles.max_zoom, attribution: '© Kartverket' }).addTo(map);
  const marks = L.layerGroup().addTo(map);
  let seen = '';
  return {
    show: (dots, here) => {
      marks.clearLayers();
      for (const dot of dots) marks.addLayer(dotOf(dot).on('click', () => { onPick(dot.number); }));
      if (here) marks.addLayer(L.circleMarker([here.lat, here.lon], { radius: 8, weight: 4, color: '#fff', fillColor: '#0b4fb3', fillOpacity: 1, interactive: false }));
      // The view stays where somebody has moved it, until other reports are shown.
      const now = dots.map(({ number }) => number).join();
      if (now === seen || dots.length === 0) return;
      seen = now;
      map.fitBounds(L.latLngBounds(dots.map(({ lat, lon }): L.LatLngTuple => [lat, lon])), AREA);
    },
    close: () => {
      map.remove();
      canvas.replaceChildren();
    },
  };
}

/** The map: Leaflet and what we show on it. Loaded when somebody opens one (islands/map.ts). */
import * as L from 'leaflet';
import type { Here } from './spots.ts';

export interface MapOptions {
  /** West, south, east, north: nothing beyond is shown or asked for. */
  readonly bounds: readonly [number, number, number, number];
  /** What is shown first where there is no pin. */
  readonly middle: Here;
  readonly pin: Here | undefined;
  /** What the pin stands for, where it does not move. */
  readonly name: string;
  readonly pick: boolean;
  readonly words: { readonly map: string; readonly pin: string; readonly zoomIn: string; readonly zoomOut: string };
  readonly onPick: (spot: Here) => void;
  readonly onMove: (middle: Here) => void;
}

/** Something to be shown beside the pin. */
export interface Dot {
  readonly name: string;
  readonly lat: number | null;
  readonly lon: number | null;
}

export interface MapHandle {
  pickMiddle(): void;
  showPlaces<Shown extends Dot>(places: readonly Shown[], line: (place: Shown) => HTMLElement): void;
  close(): void;
}

export const MAX_ZOOM = 18;
export const NEAR_ZOOM = 16;
export const FAR_ZOOM = 13;
/** So far an arrow key moves the pin, in pixels; with Shift farther. */
export const STEP_PX = 8;
export const LEAP_PX = 60;
export const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};
const RETRIES = 3;
const RETRY_MS = 900;
const PIN =
  '<svg viewBox="0 0 32 44" width="32" height="44" aria-hidden="true"><path d="M16 1a15 15 0 0 0-15 15c0 10 15 27 15 27s15-17 15-27a15 15 0 0 0-15-15z"/><circle cx="16" cy="16" r="5.500"/></svg>';

function spot({ lat, lng }: L.LatLng): Here {
  return { lat, lon: lng, accuracy: null };
}

/** Our server refuses a square rather than keep people's reports waiting; a moment later it has it. */
export function addTiles(map: L.Map, bounds: L.LatLngBounds): void {
  const tried = new WeakMap<HTMLElement, number>();
  const tiles = L.tileLayer('/tiles/{z}/{y}/{x}.png', { bounds, maxZoom: MAX_ZOOM, attribution: '© Kartverket' });
  tiles.on('tileerror', ({ tile }) => {
    const times = (tried.get(tile) ?? 0) + 1;
    tried.set(tile, times);
    if (times > RETRIES || !navigator.onLine) return;
    const { src } = tile;
    setTimeout(
      () => {
        // Leaflet has listened to the first try only.
        tile.addEventListener('load', () => {
          tile.classList.add('leaflet-tile-loaded');
          tile.style.opacity = '1';
        }, { once: true });
        tile.src = '';
        tile.src = src;
      },
      RETRY_MS * times,
    );
  });
  tiles.addTo(map);
}

/** Leaflet takes a text for HTML, and a place may be called anything. */
export function asText(text: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = text;
  return element;
}

export function pinAt(where: L.LatLng, label: string, movable: boolean): L.Marker {
  const icon = L.divIcon({ className: 'map-pin', html: PIN, iconSize: [32, 44], iconAnchor: [16, 43] });
  const pin = L.marker(where, { icon, draggable: movable, autoPan: movable, keyboard: movable, title: movable ? '' : label, alt: label });
  pin.on('add', () => {
    pin.getElement()?.setAttribute('aria-label', label);
    if (!movable) pin.getElement()?.setAttribute('role', 'img');
  });
  return pin;
}

export function openMap(canvas: HTMLElement, options: MapOptions): MapHandle {
  const { bounds, words, pick } = options;
  const [west, south, east, north] = bounds;
  const area = L.latLngBounds([south, west], [north, east]);
  // What was here before has been closed; Leaflet wants an element of its own.
  const element = document.createElement('div');
  element.setAttribute('role', pick ? 'application' : 'region');
  element.setAttribute('aria-label', words.map);
  canvas.replaceChildren(element);

  const map = L.map(element, {
    maxBounds: area,
    maxBoundsViscosity: 1,
    zoomControl: false,
    maxZoom: MAX_ZOOM,
    preferCanvas: true,
    scrollWheelZoom: false,
    // One finger scrolls the page where the map is only looked at.
    dragging: pick || !L.Browser.mobile,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.setMinZoom(map.getBoundsZoom(area, true));
  const first = options.pin && area.contains([options.pin.lat, options.pin.lon]) ? L.latLng(options.pin.lat, options.pin.lon) : undefined;
  if (first) map.setView(first, NEAR_ZOOM);
  else map.setView([options.middle.lat, options.middle.lon], FAR_ZOOM);
  addTiles(map, area);

  let pin: L.Marker | undefined;
  let circle: L.Circle | undefined;
  const dots = L.layerGroup().addTo(map);

  const tell = (): void => {
    circle?.remove();
    if (pin) options.onPick(spot(pin.getLatLng()));
  };

  const moveBy = ([x, y]: readonly [number, number], pixels: number): void => {
    if (!pin) return;
    const moved = map.latLngToContainerPoint(pin.getLatLng()).add([x * pixels, y * pixels]);
    const target = map.containerPointToLatLng(moved);
    if (!area.contains(target)) return;
    pin.setLatLng(target);
    map.panInside(target, { padding: [48, 48] });
  };

  const put = (where: L.LatLng): void => {
    if (pin) {
      pin.setLatLng(where);
      return;
    }
    pin = pinAt(where, pick ? words.pin : options.name, pick).addTo(map);
    if (!pick) return;
    pin.on('dragend', tell);
    let telling: ReturnType<typeof setTimeout> | undefined;
    pin.getElement()?.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      event.stopPropagation();
      moveBy(arrow, event.shiftKey ? LEAP_PX : STEP_PX);
      clearTimeout(telling);
      telling = setTimeout(tell, 400);
    });
  };

  if (first) {
    put(first);
    if (options.pin?.accuracy) circle = L.circle(first, { radius: options.pin.accuracy, className: 'map-circle', interactive: false }).addTo(map);
  }
  const choose = (where: L.LatLng): void => {
    if (!area.contains(where)) return;
    put(where);
    tell();
  };
  if (pick) {
    map.on('click', ({ latlng }) => {
      choose(latlng);
    });
    map.on('moveend', () => {
      if (!pin) options.onMove(spot(map.getCenter()));
    });
    if (!first) options.onMove(spot(map.getCenter()));
  }

  return {
    pickMiddle: () => {
      choose(map.getCenter());
      pin?.getElement()?.focus();
    },
    showPlaces: (places, line) => {
      dots.clearLayers();
      for (const place of places) {
        if (place.lat === null || place.lon === null) continue;
        const dot = L.circleMarker([place.lat, place.lon], { radius: 9, weight: 3, color: '#fff', fillColor: '#0d7a5f', fillOpacity: 1, bubblingMouseEvents: false });
        const list = document.createElement('ul');
        list.className = 'links';
        list.append(line(place));
        dots.addLayer(dot.bindTooltip(asText(place.name)).bindPopup(list));
      }
    },
    close: () => {
      map.remove();
      canvas.replaceChildren();
    },
  };
}

/** The keepers' maps: the register as dots, and a place's pin and outline. Loaded when somebody opens one. */
import * as L from 'leaflet';
import type { Corner } from './islands/outline.ts';
import { placeFor } from './islands/outline.ts';
import { ARROWS, FAR_ZOOM, LEAP_PX, MAX_ZOOM, NEAR_ZOOM, STEP_PX, addTiles, asText, pinAt } from './map.ts';

/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number];

export interface PlaceDot {
  readonly name: string;
  readonly kind_name: string;
  readonly lat: number;
  readonly lon: number;
  readonly url: string;
}

export interface Drawn {
  readonly places: readonly PlaceDot[];
  readonly clusters: readonly { readonly count: number; readonly lat: number; readonly lon: number; readonly box: Box }[];
}

interface Words {
  readonly map: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
}

export interface Overview {
  show(drawn: Drawn, line: (place: PlaceDot) => HTMLElement, cluster: (count: number) => string): void;
  close(): void;
}

export interface Editor {
  pinMiddle(): void;
  addCorner(): void;
  removeCorner(): void;
  clear(): void;
  close(): void;
}

/** A tap so near to a line of the outline is meant for it. */
const NEAR_LINE_PX = 18;
const GREEN = '#0d7a5f';

export function startMap(canvas: HTMLElement, [west, south, east, north]: Box, words: Words): { map: L.Map; area: L.LatLngBounds; close: () => void } {
  const area = L.latLngBounds([south, west], [north, east]);
  const element = document.createElement('div');
  element.setAttribute('role', 'application');
  element.setAttribute('aria-label', words.map);
  canvas.replaceChildren(element);
  const map = L.map(element, { maxBounds: area, maxBoundsViscosity: 1, zoomControl: false, maxZoom: MAX_ZOOM, scrollWheelZoom: true });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.setMinZoom(map.getBoundsZoom(area, true) - 1);
  addTiles(map, area);
  const close = (): void => {
    map.remove();
    canvas.replaceChildren();
  };
  return { map, area, close };
}

export function openOverview(canvas: HTMLElement, options: { readonly bounds: Box; readonly words: Words; readonly onMove: (box: Box) => void }): Overview {
  const { map, area, close } = startMap(canvas, options.bounds, options.words);
  const marks = L.layerGroup().addTo(map);
  map.on('moveend', () => {
    const here = map.getBounds();
    options.onMove([here.getWest(), here.getSouth(), here.getEast(), here.getNorth()]);
  });
  let looked = false;
  map.fitBounds(area);
  return {
    show: ({ places, clusters }, line, cluster) => {
      marks.clearLayers();
      const all = L.latLngBounds([...places, ...clusters].map(({ lat, lon }): [number, number] => [lat, lon]));
      // At first what there is, and not the whole municipality with all its sea.
      if (!looked && all.isValid()) map.fitBounds(all.pad(0.1), { maxZoom: NEAR_ZOOM });
      looked = true;
      for (const place of places) {
        const list = document.createElement('ul');
        list.className = 'links';
        list.append(line(place));
        const dot = L.circleMarker([place.lat, place.lon], { radius: 9, weight: 3, color: '#fff', fillColor: GREEN, fillOpacity: 1 });
        marks.addLayer(dot.bindTooltip(asText(place.name)).bindPopup(list));
      }
      for (const { count, lat, lon, box } of clusters) {
        const icon = L.divIcon({ className: 'map-cluster', html: String(count), iconSize: [44, 44] });
        const mark = L.marker([lat, lon], { icon, alt: cluster(count), title: cluster(count) });
        mark.on('click', () => {
          map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { maxZoom: MAX_ZOOM });
        });
        marks.addLayer(mark);
      }
    },
    close,
  };
}

export interface EditorOptions {
  readonly bounds: Box;
  readonly middle: Corner;
  readonly pin: Corner | undefined;
  readonly corners: readonly Corner[];
  /** GeoJSON that is only shown. */
  readonly drawn: string;
  /** Whether there is an outline that taps must leave as it is. */
  readonly kept: boolean;
  readonly words: Words & { readonly pin: string; readonly corner: (number: number, count: number) => string };
  readonly taps: () => string;
  readonly onPin: (where: Corner) => void;
  readonly onOutline: (corners: readonly Corner[]) => void;
}

/** Arrow keys move a mark, with Shift farther. */
function movedByKeys(map: L.Map, mark: L.Marker, moved: () => void): void {
  mark.getElement()?.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? LEAP_PX : STEP_PX;
    const at = map.latLngToContainerPoint(mark.getLatLng()).add([arrow[0] * step, arrow[1] * step]);
    mark.setLatLng(map.containerPointToLatLng(at));
    moved();
  });
}

export function openEditor(canvas: HTMLElement, options: EditorOptions): Editor {
  const { words } = options;
  const { map, area, close } = startMap(canvas, options.bounds, words);
  let pin: L.Marker | undefined;
  let corners: L.LatLng[] = options.corners.map(([lat, lon]) => L.latLng(lat, lon));
  const outline = L.polygon(corners, { color: GREEN, weight: 3, fillOpacity: 0.15, interactive: false }).addTo(map);
  const handles = L.layerGroup().addTo(map);
  let detailed: L.GeoJSON | undefined;
  let { kept } = options;

  const first = options.pin ?? options.corners[0];
  if (first && area.contains([first[0], first[1]])) map.setView([first[0], first[1]], NEAR_ZOOM);
  else map.setView([options.middle[0], options.middle[1]], FAR_ZOOM);
  if (corners.length > 2) map.fitBounds(outline.getBounds(), { maxZoom: MAX_ZOOM });
  if (options.drawn) {
    detailed = L.geoJSON(JSON.parse(options.drawn) as Parameters<typeof L.geoJSON>[0], { style: { color: GREEN, weight: 3, fillOpacity: 0.15 }, interactive: false }).addTo(map);
    map.fitBounds(detailed.getBounds());
  }

  const tellPin = (): void => {
    if (pin) options.onPin([pin.getLatLng().lat, pin.getLatLng().lng]);
  };
  const putPin = (where: L.LatLng): void => {
    if (pin) pin.setLatLng(where);
    else {
      pin = pinAt(where, words.pin, true).addTo(map);
      pin.on('dragend', tellPin);
      movedByKeys(map, pin, tellPin);
    }
  };

  const tellOutline = (): void => {
    options.onOutline(corners.map(({ lat, lng }): Corner => [lat, lng]));
  };
  const draw = (): void => {
    outline.setLatLngs(corners);
    handles.clearLayers();
    corners.forEach((corner, index) => {
      const icon = L.divIcon({ className: 'map-corner', iconSize: [24, 24] });
      const handle = L.marker(corner, { icon, draggable: true, alt: words.corner(index + 1, corners.length) });
      const moved = (): void => {
        corners[index] = handle.getLatLng();
        outline.setLatLngs(corners);
      };
      handle.on('drag', moved);
      handle.on('dragend', tellOutline);
      handles.addLayer(handle);
      handle.getElement()?.setAttribute('aria-label', words.corner(index + 1, corners.length));
      movedByKeys(map, handle, () => {
        moved();
        tellOutline();
      });
      handle.getElement()?.addEventListener('keydown', (event) => {
        if (event.key !== 'Delete' && event.key !== 'Backspace') return;
        event.preventDefault();
        change(corners.filter((_one, at) => at !== index));
        const next = handles.getLayers()[Math.min(index, corners.length - 1)] as L.Marker | undefined;
        next?.getElement()?.focus();
      });
    });
  };
  const change = (changed: L.LatLng[]): void => {
    if (kept) return;
    corners = changed;
    draw();
    tellOutline();
  };
  const addCorner = (where: L.LatLng): void => {
    const pixels = (one: L.LatLng): [number, number] => {
      const { x, y } = map.latLngToContainerPoint(one);
      return [x, y];
    };
    const index = placeFor(pixels(where), corners.map(pixels), NEAR_LINE_PX);
    change([...corners.slice(0, index), where, ...corners.slice(index)]);
  };

  if (options.pin) putPin(L.latLng(options.pin[0], options.pin[1]));
  draw();
  map.on('click', ({ latlng }) => {
    if (!area.contains(latlng)) return;
    if (options.taps() === 'outline') addCorner(latlng);
    else {
      putPin(latlng);
      tellPin();
    }
  });
  return {
    pinMiddle: () => {
      putPin(map.getCenter());
      tellPin();
      pin?.getElement()?.focus();
    },
    addCorner: () => {
      addCorner(map.getCenter());
    },
    removeCorner: () => {
      change(corners.slice(0, -1));
    },
    clear: () => {
      kept = false;
      detailed?.remove();
      change([]);
    },
    close,
  };
}

/** The order of a round, and its hand-off to the device's own map. */

export interface Spot {
  readonly lat: number;
  readonly lon: number;
}

export interface Stop extends Spot {
  readonly name: string;
}

const EARTH_M = 6_371_000;
const RADIANS = Math.PI / 180;

/** Metres as the crow flies; within a municipality the earth is flat enough for this. */
export function metresBetween(a: Spot, b: Spot): number {
  const x = (b.lon - a.lon) * RADIANS * Math.cos(((a.lat + b.lat) / 2) * RADIANS);
  const y = (b.lat - a.lat) * RADIANS;
  return EARTH_M * Math.hypot(x, y);
}

export function lengthOf(start: Spot | null, stops: readonly Spot[]): number {
  const way = start ? [start, ...stops] : stops;
  return way.slice(1).reduce((sum, spot, at) => sum + metresBetween(way[at] ?? spot, spot), 0);
}

function nearestFirst<S extends Spot>(start: Spot | null, stops: readonly S[]): S[] {
  const left = [...stops];
  const way: S[] = [];
  let here: Spot | null = start ?? left[0] ?? null;
  while (left.length > 0 && here) {
    const from: Spot = here;
    let best = 0;
    left.forEach((stop, at) => {
      if (metresBetween(from, stop) < metresBetween(from, left[best] ?? stop)) best = at;
    });
    const [next] = left.splice(best, 1);
    if (!next) break;
    way.push(next);
    here = next;
  }
  return way;
}

/** Turns parts of the way around as long as that makes it shorter: no two of its lines cross then. */
function untangled<S extends Spot>(start: Spot | null, stops: readonly S[]): S[] {
  let way = [...stops];
  for (let improved = true; improved; ) {
    improved = false;
    // Without a start the first stop is one: it was chosen first.
    for (let from = start ? 0 : 1; from < way.length - 1; from += 1) {
      for (let to = from + 1; to < way.length; to += 1) {
        const other = [...way.slice(0, from), ...way.slice(from, to + 1).reverse(), ...way.slice(to + 1)];
        if (lengthOf(start, other) + 0.001 < lengthOf(start, way)) {
          way = other;
          improved = true;
        }
      }
    }
  }
  return way;
}

/** A short way through all stops, from where one stands or from the first. */
export function orderOf<S extends Spot>(start: Spot | null, stops: readonly S[]): S[] {
  return untangled(start, nearestFirst(start, stops));
}

const at = ({ lat, lon }: Spot): string => `${lat.toFixed(6)},${lon.toFixed(6)}`;

/** The address that opens the device's own map at a stop: Apple's scheme on its devices, the standard one elsewhere. */
export function mapAddress(stop: Stop, platform: string): string {
  if (/iPhone|iPad|Mac/.test(platform)) return `maps://?daddr=${at(stop)}`;
  return `geo:${at(stop)}?q=${at(stop)}(${encodeURIComponent(stop.name)})`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The round as a file that map apps read. */
export function gpxOf(name: string, stops: readonly Stop[]): string {
  const points = stops.map((stop) => `<rtept lat="${stop.lat.toFixed(6)}" lon="${stop.lon.toFixed(6)}"><name>${escaped(stop.name)}</name></rtept>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="VOF" xmlns="http://www.topografix.com/GPX/1/1"><rte><name>${escaped(name)}</name>${points.join('')}</rte></gpx>\n`;
}

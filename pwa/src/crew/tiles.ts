/** Which squares of the map a worklist needs: the area of its places from afar, and each of them from near. */
import type { Spot } from './route.ts';

export interface Zooms {
  readonly min: number;
  readonly max: number;
}

/** From farther away a municipality is one square. */
const WIDEST = 11;
/** About 25 MB; more would take too long and too much of a tablet. */
export const MOST_TILES = 1_500;

interface Square {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

export function squareAt({ lat, lon }: Spot, z: number): Square {
  const n = 2 ** z;
  const rad = (lat * Math.PI) / 180;
  const x = Math.floor(((lon + 180) / 360) * n);
  const y = Math.floor(((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * n);
  const inside = (value: number): number => Math.min(Math.max(value, 0), n - 1);
  return { z, x: inside(x), y: inside(y) };
}

/** The square of a spot and its eight neighbours: what a screen around the spot shows. */
function around(spot: Spot, z: number): Square[] {
  const { x, y } = squareAt(spot, z);
  const most = 2 ** z - 1;
  return [-1, 0, 1].flatMap((dx) =>
    [-1, 0, 1].map((dy) => ({ z, x: x + dx, y: y + dy })).filter((one) => one.x >= 0 && one.y >= 0 && one.x <= most && one.y <= most),
  );
}

/** Addresses of squares, the widest view first and the first spots before the last, at most as many as a tablet keeps. */
export function tilesFor(spots: readonly Spot[], { min, max }: Zooms, url: string, most = MOST_TILES): string[] {
  const addresses = new Set<string>();
  for (let z = Math.max(min, WIDEST); z <= max; z += 1) {
    for (const spot of spots) {
      for (const { x, y } of around(spot, z)) {
        if (addresses.size >= most) return [...addresses];
        addresses.add(url.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y)));
      }
    }
  }
  return [...addresses];
}

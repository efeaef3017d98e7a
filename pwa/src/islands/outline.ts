/** An outline as GeoJSON and as corners on a map. */

export type Corner = readonly [lat: number, lon: number];

/** More corners than these nobody drags about. */
const MOST_CORNERS = 100;
const DECIMALS = 6;

function rounded(degrees: number): number {
  return Number(degrees.toFixed(DECIMALS));
}

/** A polygon with these corners; its ring is closed, as the standard has it. */
export function outlineOf(corners: readonly Corner[]): string {
  const ring = corners.map(([lat, lon]) => [rounded(lon), rounded(lat)]);
  return JSON.stringify({ type: 'Polygon', coordinates: [[...ring, ring[0]]] });
}

/** The corners of a plain polygon; “detailed” for more than can be drawn by hand, “unreadable” for anything else. */
export function ringOf(text: string): readonly Corner[] | 'unreadable' | 'detailed' {
  if (!text.trim()) return [];
  try {
    const { type, coordinates } = JSON.parse(text) as { type?: string; coordinates?: unknown };
    if (type === 'MultiPolygon') return 'detailed';
    if (type !== 'Polygon' || !Array.isArray(coordinates)) return 'unreadable';
    const rings = coordinates as number[][][];
    const ring = rings[0]?.slice(0, -1) ?? [];
    if (rings.length > 1 || ring.length > MOST_CORNERS) return 'detailed';
    const corners = ring.map(([lon = NaN, lat = NaN]): Corner => [lat, lon]);
    return corners.every(([lat, lon]) => Number.isFinite(lat) && Number.isFinite(lon)) ? corners : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** Where a new corner goes: between the two whose line it is nearest to, if that is near, else to the end. */
export function placeFor(point: readonly [number, number], corners: readonly (readonly [number, number])[], near: number): number {
  let [best, index] = [near, corners.length];
  if (corners.length < 3) return index;
  corners.forEach((from, at) => {
    const to = corners[(at + 1) % corners.length] ?? from;
    const distance = distanceToLine(point, from, to);
    if (distance < best) [best, index] = [distance, at + 1];
  });
  return index;
}

function distanceToLine([x, y]: readonly [number, number], [x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

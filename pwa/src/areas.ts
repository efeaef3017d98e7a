/** Rectangles on a picture, in per cent of its width and height. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [number, number];

/** Smaller ones are slips of the finger. */
export const SMALLEST = 1;
const WHOLE = 100;

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

export function between([x, y]: Point, [u, v]: Point): Area {
  const [left, right] = [within(Math.min(x, u), WHOLE), within(Math.max(x, u), WHOLE)];
  const [top, bottom] = [within(Math.min(y, v), WHOLE), within(Math.max(y, v), WHOLE)];
  return { left, top, width: right - left, height: bottom - top };
}

export function moved(area: Area, [x, y]: Point): Area {
  return { ...area, left: within(area.left + x, WHOLE - area.width), top: within(area.top + y, WHOLE - area.height) };
}

/** The upper left corner stays. */
export function resized(area: Area, [x, y]: Point): Area {
  const grown = (size: number, by: number, from: number): number => Math.max(within(size + by, WHOLE - from), SMALLEST);
  return { ...area, width: grown(area.width, x, area.left), height: grown(area.height, y, area.top) };
}

export function isLargeEnough({ width, height }: Area): boolean {
  return width >= SMALLEST && height >= SMALLEST;
}

/** What four fields say; nothing where one of them is no number. */
export function read(texts: readonly string[]): Area | undefined {
  const [left, top, width, height] = texts.map((text) => (text.trim() ? Number(text.replace(',', '.')) : Number.NaN));
  if (left === undefined || top === undefined || width === undefined || height === undefined) return undefined;
  return [left, top, width, height].every((one) => one >= 0 && one <= WHOLE) ? { left, top, width, height } : undefined;
}

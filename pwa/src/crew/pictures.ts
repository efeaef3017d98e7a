/**
 * Thumbnails and squares of the map, kept for when there is no network in a cache of the person's own. The worker answers
 * from it; the page fills and empties it.
 */
import { isPicture } from '../offline/picture.ts';
import type { Spot } from './route.ts';
import { get } from './state.ts';
import { tilesFor } from './tiles.ts';
import type { Ground, Worklist } from './types.ts';

const AT_ONCE = 4;
/** So many failures in a row are no accident: the rest waits for the next round. */
const GIVE_UP_AFTER = 6;
/** A tablet that is nearly full keeps what waits to be sent, and no more pictures. */
const LEAST_ROOM = 50_000_000;

export const cacheOf = (person: number): string => `crew-person-${String(person)}`;

export function thumbnailsOf({ reports }: Worklist): string[] {
  return reports.flatMap(({ photos }) => photos.map(({ thumbnail }) => thumbnail));
}

export function squaresOf({ reports }: Worklist, { tiles }: Ground): string[] {
  const spots = reports.flatMap(({ lat, lon }): Spot[] => (lat === null || lon === null ? [] : [{ lat, lon }]));
  return tilesFor(spots, { min: tiles.min_zoom, max: tiles.max_zoom }, tiles.url);
}

export async function roomLeft(): Promise<number> {
  const { storage } = navigator as { storage?: StorageManager };
  if (!storage?.estimate) return Infinity;
  const { quota = Infinity, usage = 0 } = await storage.estimate();
  return quota - usage;
}

async function fetchInto(cache: Cache, addresses: readonly string[]): Promise<void> {
  const queue = [...addresses];
  let failures = 0;
  const work = async (): Promise<void> => {
    for (let address = queue.shift(); address !== undefined && failures < GIVE_UP_AFTER; address = queue.shift()) {
      const answer = await fetch(address).catch(() => null);
      if (answer && isPicture(answer)) {
        await cache.put(address, answer);
        failures = 0;
      } else failures += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

let at_work: Promise<void> = Promise.resolve();

/** Brings the cache in line with the worklist: what is new is fetched, what is done goes. One round after the other. */
export function keepPictures(person: number, worklist: Worklist, ground: Ground | null): Promise<void> {
  at_work = at_work.then(() => bringInLine(person, worklist, ground)).catch(() => undefined);
  return at_work;
}

async function bringInLine(person: number, worklist: Worklist, ground: Ground | null): Promise<void> {
  if (!('caches' in window) || get().owner?.id !== person) return;
  const wanted = [...thumbnailsOf(worklist), ...(ground ? squaresOf(worklist, ground) : [])];
  const cache = await caches.open(cacheOf(person));
  const kept = new Set((await cache.keys()).map(({ url }) => url.slice(location.origin.length)));
  const still = new Set(wanted);
  for (const address of kept) if (!still.has(address)) await cache.delete(address);
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } };
  if (connection?.saveData === true || (await roomLeft()) < LEAST_ROOM) return;
  await fetchInto(cache, wanted.filter((address) => !kept.has(address)));
}

export async function forgetPictures(person: number): Promise<void> {
  if ('caches' in window) await caches.delete(cacheOf(person));
}

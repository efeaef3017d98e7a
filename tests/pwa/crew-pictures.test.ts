import '../../pwa/node_modules/fake-indexeddb/auto/index.mjs';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isPicture } from '../../pwa/src/offline/picture.ts';
import { saveOwner } from '../../pwa/src/crew/lock/session.ts';
import { set } from '../../pwa/src/crew/state.ts';
import { sync } from '../../pwa/src/crew/sync.ts';

const KARI = { id: 3, name: 'Kari' };
const THUMBNAIL = '/photos/1/thumbnail';
const kept = new Map<string, Response>();
const cache = {
  keys: () => Promise.resolve([...kept.keys()].map((address) => ({ url: `https://vof.example${address}` }))),
  put: (address: string, answer: Response) => Promise.resolve(void kept.set(address, answer)),
  delete: (address: string) => Promise.resolve(kept.delete(address)),
};
Object.assign(globalThis, {
  window: globalThis, location: { origin: 'https://vof.example' }, document: { documentElement: { lang: 'nb' } },
  caches: { open: () => Promise.resolve(cache) },
});

let worklist: () => Response;
let thumbnail: () => Response;
let asked = 0;
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const answer = (status: number, type: string): Response => new Response('x', { status, headers: { 'Content-Type': type } });
globalThis.fetch = (url) => {
  const address = url as string;
  if (address.includes('ground')) return Promise.resolve(json(200, { categories: [], statuses: {}, tiles: { url: '', min_zoom: 0, max_zoom: 1 } }));
  if (address !== THUMBNAIL) return Promise.resolve(address.includes('worklist') ? worklist() : json(503, {}));
  asked += 1;
  return Promise.resolve(thumbnail());
};
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 50));

after(() => {
  // fake-indexeddb leaves timers of its own.
  setTimeout(() => process.exit(), 50).unref();
});

test('a picture is what says that it is one, and comes from where it was asked for', () => {
  const elsewhere = Object.defineProperty(answer(200, 'image/png'), 'redirected', { value: true });
  const all = [answer(200, 'image/jpeg'), answer(200, 'text/html; charset=utf-8'), answer(404, 'image/jpeg'), new Response('x'), elsewhere];
  assert.deepEqual(all.map(isPicture), [true, false, false, false, false]);
});

test('what was not to be had while nobody was signed in is fetched once somebody is', async () => {
  set({ owner: null, link: 'unknown' });
  await saveOwner({ ...KARI, session: 'k', verifier: null, wrong: 0, locked: false, active_at: Date.now() });
  worklist = () => json(200, { me: KARI, unit: null, made_at: '', more: false, reports: [{ number: '1', lat: null, lon: null, photos: [{ thumbnail: THUMBNAIL }] }] });
  thumbnail = () => answer(404, 'text/html');
  await sync();
  await settled();
  const before = asked;
  worklist = () => new Response(null, { status: 304 });
  await sync();
  await settled();
  // A list that stays as it is costs nothing.
  assert.deepEqual([asked, kept.size], [before, 0]);
  worklist = () => json(401, { code: 'sign_in_needed', message: '-' });
  await sync();
  worklist = () => new Response(null, { status: 304 });
  thumbnail = () => answer(200, 'image/jpeg');
  await sync();
  await settled();
  assert.deepEqual([...kept.keys()], [THUMBNAIL]);
});

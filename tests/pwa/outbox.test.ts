import '../../pwa/node_modules/fake-indexeddb/auto/index.mjs';
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { waitAfter } from '../../pwa/src/offline/asking.ts';
import { afterPhoto, afterText, nextDue, nextJob, send } from '../../pwa/src/offline/sender.ts';
import { itemOf } from '../../pwa/src/offline/report.ts';
import type { Item, WaitingPhoto } from '../../pwa/src/offline/store.ts';
import { inStore, newId, openStore } from '../../pwa/src/offline/store.ts';
import { sendWaiting } from '../../pwa/src/islands/waiting.ts';

const PHOTO: WaitingPhoto = { id: 'p1', type: 'image/jpeg', tried: false, not_before: 0, attempts: 0 };
const RECEIPT = { number: '2026-12345678', status: 'received', key: 'k/1', url: 'https://vof.example/r/2026-12345678' };

function item(changes: Partial<Item> = {}): Item {
  const id = newId();
  return {
    ...itemOf({
      id,
      payload: '{"category":"PA03","contact":{"email":"kari@example.org"}}',
      summary: { category: 'Benk', where: 'Byparken' },
      created_at: '2026-11-23T17:00:00Z',
      language: 'nb',
      page: '/s/7KQ3M8',
      values: [['email', 'kari@example.org']],
      shared: false,
    }),
    ...changes,
  };
}

interface Asked {
  readonly url: string;
  readonly body: unknown;
  readonly key: string | null;
}
let asked: Asked[] = [];
let answers: (() => Response | Promise<Response>)[] = [];

const json = (status: number, body: unknown, headers: Record<string, string> = {}) => (): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
const page = (status: number) => (): Response => new Response('<h1>', { status, headers: { 'Content-Type': 'text/html' } });
const broken = (): never => {
  throw new TypeError('network');
};

Object.defineProperty(globalThis, 'location', { value: { origin: 'https://vof.example' } });
// Pages of other tabs listen there; an open channel would keep the test from ending.
Object.defineProperty(globalThis, 'BroadcastChannel', { value: class { postMessage(): void { /* nobody listens */ } } });
globalThis.fetch = async (url, init) => {
  asked.push({ url: url as string, body: init?.body, key: new Headers(init?.headers).get('Authorization') });
  return (answers.shift() ?? broken)();
};

const put = (...items: Item[]): Promise<void> =>
  inStore('readwrite', (store) => {
    for (const one of items) {
      store.put('outbox', one);
      for (const photo of one.photos) store.put('photos', { id: photo.id, bytes: new Uint8Array([1, 2, 3]).buffer });
    }
  });
const kept = (): Promise<[Item[], unknown[], { number: string; path: string; left_out: readonly string[] }[]]> =>
  inStore('readonly', (store) => Promise.all([store.all('outbox'), store.all('photos'), store.all('mine')]));

beforeEach(async () => {
  asked = [];
  answers = [];
  await inStore('readwrite', async (store) => {
    for (const name of ['outbox', 'photos', 'mine'] as const) {
      for (const row of await store.all(name)) store.delete(name, row.id);
    }
  });
});
after(() => {
  // fake-indexeddb leaves timers of its own.
  setTimeout(() => process.exit(), 50).unref();
});

test('text goes before photos, and leaves nothing behind but the receipt', async () => {
  const one = item({ photos: [PHOTO] });
  await put(one);
  answers = [json(201, RECEIPT), json(201, { id: 'p1', url: '-' })];
  assert.equal(await send(), null);
  assert.deepEqual(asked.map(({ url }) => url), [`/api/v1/reports/${one.id}?lang=nb`, `/api/v1/reports/${one.id}/photos/p1?lang=nb`]);
  assert.equal(asked[0]?.body, one.payload);
  assert.equal(asked[1]?.key, 'Bearer k/1');
  const [items, photos, mine] = await kept();
  assert.deepEqual([items, photos], [[], []]);
  assert.equal(mine[0]?.number, RECEIPT.number);
  assert.equal(mine[0].path, '/r/2026-12345678?key=k%2F1');
});

for (const [what, answer] of Object.entries({
  'a sign-in page with 200': page(200),
  'a receipt without key': json(201, { ...RECEIPT, key: undefined }),
  'another 2xx': json(202, RECEIPT),
  'JSON that is no receipt': json(200, null),
  'a proxy’s own 413': page(413),
  'no network': broken,
  '500': page(500),
  '503': json(503, { code: 'busy', message: '-' }),
  '429': json(429, { code: 'too_many', message: '-' }, { 'Retry-After': '30' }),
})) {
  test(`${what} keeps the report, word for word`, async () => {
    const one = item({ photos: [PHOTO] });
    await put(one);
    answers = [answer];
    assert.notEqual(await send(), null);
    const [items, photos, mine] = await kept();
    assert.equal(items[0]?.payload, one.payload);
    assert.equal(items[0].refusal, null);
    assert.deepEqual([photos.length, mine.length, asked.length], [1, 0, 1]);
  });
}

test('the server says when to come back', async () => {
  await put(item());
  answers = [json(429, { code: 'too_many', message: '-' }, { 'Retry-After': '30' })];
  const wait = await send();
  assert.ok(wait !== null && wait > 28_000 && wait <= 30_000, String(wait));
  assert.equal((await send()) !== null && asked.length, 1);
});

test('a refused report stays with the reason and does not stand in the way of others', async () => {
  const bad = item({ created_at: '2026-01-01' });
  await put(bad, item());
  const refusal = { code: 'unknown_sign', message: 'Ukjent skilt.', fields: { sign: ['Ukjent skilt.'] } };
  const answer = async (): Promise<Response> => Promise.resolve(asked.at(-1)?.url.includes(bad.id) ? json(422, refusal)() : json(201, RECEIPT)());
  answers = [answer, answer];
  assert.equal(await send(), null);
  const [items, , mine] = await kept();
  assert.deepEqual(items.map(({ id, refusal }) => [id, refusal]), [[bad.id, refusal]]);
  assert.equal(mine.length, 1);
});

test('a refused photo is left out with the reason; the other photos go on', async () => {
  await put(item({ photos: [PHOTO, { ...PHOTO, id: 'p2' }] }));
  answers = [json(201, RECEIPT), json(413, { code: 'too_large', message: 'For stort.' }), json(200, { id: 'p2' })];
  assert.equal(await send(), null);
  const [items, photos, mine] = await kept();
  assert.deepEqual([items, photos], [[], []]);
  assert.deepEqual(mine[0]?.left_out, ['For stort.']);
});

test('a photo that something in between finds too large waits longer and longer, and the other one goes', async () => {
  const receipt = { id: 'i', number: '2026-1', path: '/r/2026-1?key=k', summary: { category: '', where: '' }, at: '', left_out: [] };
  const both = item({ receipt, photos: [PHOTO, { ...PHOTO, id: 'p2' }] });
  await put(both);
  answers = [page(413), json(200, { id: 'p2' })];
  await send();
  const [[left]] = await kept();
  assert.deepEqual(left?.photos.map(({ id, attempts }) => [id, attempts]), [['p1', 1]]);
  assert.ok((left.photos[0]?.not_before ?? 0) > Date.now());
});

test('of photos that failed the one tried least goes first', () => {
  const receipt = { id: 'i', number: '2026-1', path: '/r/2026-1', summary: { category: '', where: '' }, at: '', left_out: [] };
  const photos = [{ ...PHOTO, attempts: 2 }, { ...PHOTO, id: 'p2', attempts: 1 }];
  assert.equal(nextJob([item({ receipt, photos })], new Set(), 1)?.photo?.id, 'p2');
});

test('a photo that the phone does not have any more is left out, and said to be', async () => {
  await inStore('readwrite', (store) => {
    store.put('outbox', item({ photos: [PHOTO] }));
  });
  answers = [json(201, RECEIPT)];
  assert.equal(await send(), null);
  const [waiting, , mine] = await kept();
  assert.deepEqual([waiting.length, mine[0]?.left_out.length, asked.length], [0, 1, 1]);
});

test('a phone that knows no signal with a time limit sends all the same', async () => {
  const known = Object.getOwnPropertyDescriptor(AbortSignal, 'timeout') ?? {};
  Reflect.deleteProperty(AbortSignal, 'timeout');
  try {
    await put(item());
    answers = [json(201, RECEIPT)];
    assert.equal(await send(), null);
  } finally {
    Object.defineProperty(AbortSignal, 'timeout', known);
  }
});

test('a wrong clock costs only the time, not the report', async () => {
  await put(item({ payload: '{"category":"PA03","created_at":"1970-01-01T00:00:00Z"}' }));
  answers = [json(422, { code: 'invalid', message: '-', fields: { created_at: ['-'] } }), json(201, RECEIPT)];
  assert.equal(await send(), 0);
  assert.equal(await send(), null);
  assert.equal(asked[1]?.body, '{"category":"PA03"}');
});

test('contact details leave the phone’s store with the text, also while photos wait', async () => {
  await put(item({ photos: [PHOTO] }));
  answers = [json(201, RECEIPT), broken];
  await send();
  const [items] = await kept();
  assert.doesNotMatch(JSON.stringify(items), /kari@example\.org/);
  assert.equal(items[0]?.photos[0]?.tried, true);
});

test('what was thrown away while its answer was on the way stays away', async () => {
  const one = item();
  await put(one);
  answers = [
    async () => {
      await inStore('readwrite', (store) => {
        store.discard(one);
      });
      return json(422, { code: 'invalid', message: '-', fields: {} })();
    },
  ];
  assert.equal(await send(), null);
  assert.deepEqual((await kept())[0], []);
});

test('what arrived all the same, though it was thrown away on its way, is among what was received', async () => {
  const one = item({ photos: [PHOTO] });
  await put(one);
  answers = [
    async () => {
      await inStore('readwrite', (store) => {
        store.discard(one);
      });
      return json(201, RECEIPT)();
    },
  ];
  assert.equal(await send(), null);
  const [items, photos, [receipt]] = await kept();
  assert.deepEqual([items, photos], [[], []]);
  assert.equal(receipt?.number, RECEIPT.number);
});

test('on a device for everybody no receipt stays', async () => {
  await put(item({ shared: true }));
  answers = [json(201, RECEIPT)];
  await send();
  assert.deepEqual((await kept())[2], []);
});

test('me too needs no key', async () => {
  await put(item({ kind: 'follow', url: '/api/v1/reports/by-number/2026-12345678/followers/x?lang=nb' }));
  answers = [json(201, { number: '2026-12345678', follower_count: 2, url: 'https://vof.example/r/2026-12345678' })];
  assert.equal(await send(), null);
  assert.equal((await kept())[2][0]?.path, '/r/2026-12345678');
});

test('texts come first, then what was tried least, and nothing twice in one pass', () => {
  const receipt = { id: 'x', number: '1', path: '/r/1?key=k', summary: { category: '', where: '' }, at: '', left_out: [] };
  const sent = item({ receipt, photos: [PHOTO] });
  const often = item({ attempts: 3 });
  const fresh = item();
  assert.equal(nextJob([sent, often, fresh], new Set(), 1)?.item, fresh);
  assert.equal(nextJob([sent, often, fresh], new Set([fresh.id]), 1)?.item, often);
  assert.equal(nextJob([sent, often, fresh], new Set([fresh.id, often.id]), 1)?.photo, PHOTO);
  assert.equal(nextJob([sent], new Set([PHOTO.id]), 1), undefined);
  assert.equal(nextJob([item({ not_before: 5 })], new Set(), 1), undefined);
});

test('the next time is that of the first thing due, and none when all is sent or refused', () => {
  assert.equal(nextDue([item({ not_before: 70 }), item({ not_before: 50 })], 20), 30);
  assert.equal(nextDue([item({ not_before: 5 })], 20), 0);
  assert.equal(nextDue([item({ refusal: { code: '', message: '', fields: {} } })], 0), null);
  assert.equal(nextDue([], 0), null);
});

test('after the clock was put back what waits is due, and never waited for longer than the longest wait', () => {
  const receipt = { id: 'x', number: '1', path: '/r/1?key=k', summary: { category: '', where: '' }, at: '', left_out: [] };
  const now = Date.now();
  const not_before = now + 40 * 86_400_000;
  const text = item({ not_before });
  const sent = item({ receipt, photos: [{ ...PHOTO, not_before }] });
  assert.equal(nextJob([text], new Set(), now)?.item, text);
  assert.equal(nextJob([sent], new Set(), now)?.photo, sent.photos[0]);
  for (const one of [text, sent]) assert.ok((nextDue([one], now) ?? Infinity) <= 300_000);
  assert.equal(nextDue([item({ not_before: now + 300_000 })], now), 300_000);
});

test('a receipt that was forgotten stays forgotten when its photo goes', async () => {
  await put(item({ photos: [PHOTO] }));
  answers = [json(201, RECEIPT), broken];
  await send();
  const [[waiting], , [receipt]] = await kept();
  assert.equal(receipt?.number, RECEIPT.number);
  await inStore('readwrite', (store) => {
    store.delete('mine', waiting?.id ?? '');
  });
  answers = [json(201, { id: 'p1' })];
  assert.equal(await send(), null);
  assert.deepEqual(await kept(), [[], [], []]);
});

test('a store that is to be opened again and does not answer is given up, and asked anew the next time', { timeout: 5_500 }, async () => {
  const open = indexedDB.open.bind(indexedDB);
  // The browser has closed the connection.
  (await openStore()).onclose?.(new Event('close'));
  indexedDB.open = () => ({}) as IDBOpenDBRequest;
  try {
    await assert.rejects(inStore('readonly', (store) => store.all('mine')));
  } finally {
    indexedDB.open = open;
  }
  assert.deepEqual(await inStore('readonly', (store) => store.all('mine')), []);
});

test('waiting grows, up to five minutes', () => {
  assert.deepEqual([0, 1, 2, 20].map(waitAfter), [2_000, 4_000, 8_000, 300_000]);
});

test('an answer changes nothing else of an item', () => {
  const one = item();
  assert.deepEqual(afterText(one, { kind: 'unreachable' }, 0), { ...one, attempts: 1 });
  const again = afterPhoto({ ...one, photos: [PHOTO] }, PHOTO, { kind: 'unreachable' }, 0);
  assert.deepEqual(again.photos, [{ ...PHOTO, tried: true, attempts: 1, not_before: 0 }]);
});

test('an id is a UUID of version 4', () => {
  assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('what a keeper did waits while nobody is signed in, and is no report of their own once received', async () => {
  const deed = item({ kind: 'sign', url: '/api/v1/signs/7KQ3MB/events/1', payload: '{"kind":"checked"}' });
  await put(deed);
  answers = [json(401, { code: 'sign_in_needed', message: 'Logg inn.' })];
  await send();
  const [[waiting]] = await kept();
  assert.ok(waiting);
  assert.equal(waiting.refusal, null);
  assert.ok(waiting.not_before > Date.now());
  await put({ ...deed, not_before: 0 });
  answers = [json(201, { number: '7KQ3MB', url: 'https://vof.example/signs/7KQ3MB', replaced_by: null })];
  await send();
  const [items, , mine] = await kept();
  assert.deepEqual([items, mine], [[], []]);
});

test('what a keeper did and the server refuses is told', async () => {
  await put(item({ kind: 'sign', url: '/api/v1/signs/000000/events/1' }));
  answers = [json(404, { code: 'no_such_sign', message: 'Finnes ikke.' })];
  await send();
  const [[refused]] = await kept();
  assert.equal(refused?.refusal?.code, 'no_such_sign');
});

test('what is kept while the page counts what waits is sent at once, too', async () => {
  let count = (): void => undefined;
  // What the page shows a count in, and where it notes that this device keeps something.
  Object.assign(globalThis, {
    document: {
      querySelectorAll: () => {
        count();
        return [];
      },
    },
    localStorage: { setItem: () => undefined, removeItem: () => undefined },
  });
  answers = [json(201, RECEIPT)];
  count = (): void => {
    count = (): void => undefined;
    void put(item());
    void sendWaiting();
  };
  await sendWaiting();
  assert.equal(asked.length, 1);
});

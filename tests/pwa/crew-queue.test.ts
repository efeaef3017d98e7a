import '../../pwa/node_modules/fake-indexeddb/auto/index.mjs';
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { newId } from '../../pwa/src/offline/store.ts';
import type { Action, Deed, Fault, WaitingPhoto } from '../../pwa/src/crew/queue/action.ts';
import { actionOf, again, asNote, handedOver, isHeldUp, isStopped, rebased } from '../../pwa/src/crew/queue/action.ts';
import { afterAction, nextDue, nextJob } from '../../pwa/src/crew/queue/order.ts';
import type { Sender } from '../../pwa/src/crew/queue/sender.ts';
import { send } from '../../pwa/src/crew/queue/sender.ts';
import { inStore } from '../../pwa/src/crew/store.ts';
import type { Report } from '../../pwa/src/crew/types.ts';

const KARI = { id: 3, name: 'Kari' };
const OLA = { id: 4, name: 'Ola' };
const DEED: Deed = {
  report: '2026-11111111', kind: 'status', version: 5, status: 'fixed', public_text: 'Ny planke.', internal_text: '', minutes: null,
  duplicate_of: null, owner: null, release_photos: false, photos: [], done_at: '2026-11-28T10:00:00.000Z', handed_over_by: null,
};
let clock = 0;

function action(changes: Partial<Action> = {}): Action {
  const report = changes.report === undefined ? DEED.report : changes.report;
  clock += 1;
  const created_at = new Date(1_764_324_000_000 + clock * 1000).toISOString();
  const base = actionOf({ id: newId(), by: KARI, report, content: { ...DEED, report: report ?? '' }, title: 'Benk', place: 'Byparken', created_at, photos: [] });
  return { ...base, ...changes };
}

const photo = (id: string): WaitingPhoto => ({ id, type: 'image/jpeg', moment: 'after', not_before: 0, attempts: 0 });

let asked: { url: string; body: unknown }[] = [];
let answers: ((url: string) => Response | Promise<Response>)[] = [];
/** What somebody between us answers, whenever it is asked for one of these. */
let between: ((url: string) => (() => Response) | undefined) = () => undefined;
const json = (status: number, body: unknown) => (): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const page = (status: number) => (): Response => new Response('<h1>', { status, headers: { 'Content-Type': 'text/html' } });
const broken = (): never => {
  throw new TypeError('network');
};
const receipt = (url: string): Response => {
  const [, id] = /\/(?:actions|reports|photos)\/([0-9a-z-]+)\?/.exec(url) ?? [];
  return json(201, { id, number: '2026-11111111', version: 9, status: 'fixed', event: 9 })();
};

globalThis.fetch = (url, init) => {
  asked.push({ url: url as string, body: init?.body });
  const isOurs = (url as string).includes('/tablet?');
  const answer = between(url as string) ?? (isOurs ? json(200, { people: [], ended: [], me: null }) : answers.shift() ?? receipt);
  return new Promise((resolve) => {
    resolve(answer(url as string));
  });
};

let signed_out = 0;
const sender = (person: number | null = KARI.id): Sender => ({
  person: () => person,
  lang: () => 'nb',
  onSignedOut: () => {
    signed_out += 1;
  },
  onUnreachable: () => undefined,
  onChange: () => undefined,
});

const put = (...actions: Action[]): Promise<void> =>
  inStore('readwrite', (store) => {
    for (const one of actions) {
      store.put('actions', one);
      for (const { id } of one.photos) store.put('photos', { id, bytes: new Uint8Array([1, 2, 3]).buffer });
    }
  });
const kept = () => inStore('readonly', (store) => Promise.all([store.all('actions'), store.all('photos'), store.all('sent')]));

beforeEach(async () => {
  asked = [];
  answers = [];
  between = () => undefined;
  signed_out = 0;
  await inStore('readwrite', async (store) => {
    for (const name of ['actions', 'photos', 'sent'] as const) for (const { id } of await store.all(name)) store.delete(name, id);
  });
});
after(() => {
  // fake-indexeddb leaves timers of its own.
  setTimeout(() => process.exit(), 50).unref();
});

test('an action goes before its photos, and leaves the queue with all of its receipts', async () => {
  const one = action({ photos: [photo('p1'), photo('p2')] });
  await put(one);
  assert.equal(await send(sender()), null);
  assert.deepEqual(asked.map(({ url }) => url.split('?')[0]?.split('/').slice(-2).join('/')), [`actions/${one.id}`, 'photos/p1', 'photos/p2']);
  assert.match(asked[1]?.url ?? '', /moment=after/);
  const [actions, photos, sent] = await kept();
  assert.deepEqual([actions, photos], [[], []]);
  assert.deepEqual(sent.map(({ number, version }) => [number, version]), [['2026-11111111', 9]]);
});

test('who is signed in is named with every action, so that nothing goes out in another name', async () => {
  await put(action());
  await send(sender());
  assert.equal((JSON.parse(asked[0]?.body as string) as { by: number }).by, KARI.id);
});

test('of one report the older action goes first, and the younger waits for it', () => {
  const [first, second, other] = [action(), action(), action({ report: '2026-22222222' })];
  assert.equal(nextJob([second, first, other], new Set(), 0)?.action, first);
  assert.equal(nextJob([second, first, other], new Set([first.id]), 0)?.action, other);
  assert.equal(nextJob([second, first, other], new Set([first.id, other.id]), 0), undefined);
});

test('one that waits for a person lets the next of its report pass', () => {
  const refused = action({ refusal: { code: 'x', message: 'Nei', fields: {} } });
  const next = action();
  assert.equal(nextJob([refused, next], new Set(), 0)?.action, next);
  assert.equal(nextDue([refused], 0), null);
});

test('after the tablet’s clock was put back what waits is due', () => {
  const one = action({ not_before: Date.now() + 40 * 86_400_000 });
  assert.equal(nextJob([one], new Set(), Date.now())?.action, one);
  assert.equal(nextDue([one], Date.now()), 0);
});

test('one failing action never blocks those of other reports', async () => {
  const [bad, good] = [action(), action({ report: '2026-22222222' })];
  await put(bad, good);
  answers = [json(503, { code: 'busy', message: '-' })];
  const wait = await send(sender());
  assert.ok(wait !== null && wait > 0);
  const [actions, , sent] = await kept();
  assert.deepEqual([actions.map(({ id }) => id), sent.map(({ id }) => id)], [[bad.id], [good.id]]);
});

test('what somebody between us never lets through holds back neither another’s words nor any photo', async () => {
  const bad = [action(), action({ report: '2026-33333333' }), action({ report: '2026-44444444', receipt: { number: '2026-44444444', version: 9, status: 'fixed' }, photos: [photo('p1')] })];
  const good = action({ report: '2026-22222222', photos: [photo('p2')] });
  await put(...bad, good);
  between = (url) => (/actions\/([0-9a-z-]+)/.exec(url)?.[1] === good.id || url.includes('/tablet?') ? undefined : page(403));
  const wait = await send(sender());
  const [actions, , sent] = await kept();
  assert.deepEqual([sent.map(({ id }) => id), actions.length], [[good.id], 3]);
  assert.ok(wait !== null && wait > 0);
  assert.ok(actions.every(({ held_up, refusal }) => held_up === 1 && !refusal));
  // They are not sent all the time.
  asked = [];
  await send(sender());
  assert.deepEqual(asked, []);
  between = () => undefined;
  assert.equal(await send(sender(), true), null);
  assert.deepEqual((await kept())[0], []);
});

test('what never gets through may be changed or given up, and is counted anew once it got through', () => {
  const once = afterAction(action(), { kind: 'held_up' }, 0);
  const thrice = afterAction(afterAction(once, { kind: 'held_up' }, 0), { kind: 'held_up' }, 0);
  assert.deepEqual([once, thrice, again(thrice, DEED)].map(isHeldUp), [false, true, false]);
  assert.equal(thrice.not_before, 8000);
});

test('a network that wants a sign-in of its own is asked once, and puts nothing off', async () => {
  await put(action(), action({ report: '2026-22222222' }));
  between = () => page(200);
  assert.ok(Number(await send(sender())) > 0);
  assert.deepEqual(asked.map(({ url }) => /actions|tablet/.exec(url)?.[0]), ['actions', 'tablet']);
  assert.deepEqual((await kept())[0].map(({ not_before, held_up }) => [not_before, held_up]), [[0, undefined], [0, undefined]]);
});

test('what a server in trouble has put off goes at once when somebody asks, or the network is back', async () => {
  const one = action({ not_before: Date.now() + 300_000 });
  await put(one);
  await send(sender());
  assert.deepEqual((await kept())[0].map(({ id }) => id), [one.id]);
  assert.equal(await send(sender(), true), null);
  assert.deepEqual((await kept())[0], []);
});

test('neither a sign-in page nor half an answer nor the receipt of something else is a receipt', async () => {
  for (const answer of [page(200), broken, json(200, { id: 'another', number: '1', version: 1, status: 'fixed' }), json(200, {}), page(404), page(500)]) {
    const one = action();
    await put(one);
    answers = [answer];
    await send(sender());
    const [actions] = await kept();
    assert.deepEqual(actions.map(({ id, refusal }) => [id, refusal]), [[one.id, null]]);
    await inStore('readwrite', (store) => {
      store.delete('actions', one.id);
    });
  }
});

test('what arrived all the same, though it was thrown away on its way, is among what was sent', async () => {
  const one = action({ photos: [photo('p1')] });
  await put(one);
  answers = [
    async (url) => {
      await inStore('readwrite', (store) => {
        store.delete('actions', one.id);
      });
      return receipt(url);
    },
  ];
  assert.equal(await send(sender()), null);
  const [actions, , sent] = await kept();
  assert.deepEqual([actions, sent.map(({ id }) => id)], [[], [one.id]]);
});

test('a refusal stays with its reason; put right it goes again under its own id', async () => {
  const one = action();
  await put(one);
  answers = [json(422, { code: 'invalid_fields', message: 'Noe mangler', fields: { minutes: ['Feil'] } })];
  await send(sender());
  const [[refused]] = await kept();
  assert.ok(refused && isStopped(refused));
  assert.equal(refused.refusal?.message, 'Noe mangler');
  const changed = again(refused, { ...DEED, minutes: 25 });
  await put(changed);
  assert.equal(await send(sender()), null);
  assert.deepEqual((await kept())[0], []);
  assert.ok(asked.every(({ url }) => url.includes(one.id)));
});

test('what no longer fits comes back with what happened, and is sent anew only when a person says so', async () => {
  const one = action();
  await put(one);
  const report = { number: DEED.report, version: 8, status: 'no_action', next: ['received'] } as unknown as Report;
  answers = [json(409, { code: 'changed_meanwhile', message: 'Endret', report, since: [{ id: 8, words: 'Avsluttet' }] })];
  assert.equal(await send(sender()), null);
  const [[stopped]] = await kept();
  assert.equal(stopped?.conflict?.since[0]?.words, 'Avsluttet');
  assert.equal((rebased(stopped) as Deed).version, 8);
  const note = asNote(stopped) as Deed;
  assert.deepEqual([note.kind, note.status, note.public_text, note.internal_text], ['note', null, '', 'Ny planke.']);
});

test('a photo without its action waits; a refused photo is left out and told of', async () => {
  const one = action({ photos: [photo('p1')], receipt: { number: '1', version: 1, status: 'fixed' } });
  await put(one);
  answers = [json(404, { code: 'no_such_action', message: '-' })];
  await send(sender());
  assert.equal((await kept())[0].length, 1);
  await put(one);
  answers = [json(422, { code: 'unreadable_photo', message: 'Kan ikke leses' })];
  await send(sender());
  const [actions, photos, sent] = await kept();
  assert.deepEqual([actions, photos, sent[0]?.left_out], [[], [], ['Kan ikke leses']]);
});

test('nothing is sent while nobody uses the tablet, nor in the name of another', async () => {
  await put(action(), action({ by: OLA, report: '2026-22222222' }));
  assert.equal(await send(sender(null)), null);
  assert.equal(asked.length, 0);
  await send(sender());
  assert.deepEqual((await kept())[0].map(({ by }) => by.name), ['Ola']);
});

test('a session that ended meanwhile stops the round and leaves the action as it was', async () => {
  const one = action();
  await put(one);
  answers = [json(401, { code: 'sign_in_needed', message: '-' })];
  assert.equal(await send(sender()), null);
  assert.equal(signed_out, 1);
  assert.deepEqual((await kept())[0], [one]);
});

test('handed over, it carries the name of who did it, whoever sends it in the end', () => {
  const once = handedOver(action(), OLA);
  const twice = handedOver(once, { id: 5, name: 'Anne' });
  assert.deepEqual([twice.by.name, twice.content.handed_over_by], ['Anne', KARI.id]);
});

test('a fault is handed over in the same way', () => {
  const fault = { category: 'PA03', created_at: '2026-11-28T10:00:00.000Z', handed_over_by: null } as Fault;
  const once = handedOver(action({ report: null, content: fault }), OLA);
  assert.deepEqual([once.by.name, once.content.handed_over_by], ['Ola', KARI.id]);
});

test('a time that the server cannot believe is left out, and the fault goes without it', async () => {
  const fault = { category: 'PA03', address: 'Ved porten', created_at: '1970-01-01T00:00:00.000Z', handed_over_by: null } as Fault;
  const one = action({ report: null, content: fault });
  await put(one);
  answers = [json(422, { code: 'invalid', message: '-', fields: { created_at: ['Feil'] } })];
  assert.equal(await send(sender()), 0);
  assert.equal(await send(sender()), null);
  assert.deepEqual(asked.map(({ body }) => (JSON.parse(body as string) as Fault).created_at), [fault.created_at, null]);
  assert.deepEqual((await kept())[0], []);
});

test('what was tried in vain waits longer each time', () => {
  const later = afterAction(action({ attempts: 3 }), { kind: 'later', wait_ms: 0 }, 1000);
  assert.deepEqual([later.attempts, later.not_before], [4, 17_000]);
});

import '../../pwa/node_modules/fake-indexeddb/auto/index.mjs';
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { become, learnSessions, lock, saveOwner, seeSignedOut, signOut, unlock } from '../../pwa/src/crew/lock/session.ts';
import type { Verifier } from '../../pwa/src/crew/lock/pin.ts';
import { verifierOf } from '../../pwa/src/crew/lock/pin.ts';
import { look, sendNow } from '../../pwa/src/crew/outgoing.ts';
import type { Deed } from '../../pwa/src/crew/queue/action.ts';
import { actionOf } from '../../pwa/src/crew/queue/action.ts';
import { get, set } from '../../pwa/src/crew/state.ts';
import type { Owner } from '../../pwa/src/crew/store.ts';
import { inStore, worklistOf } from '../../pwa/src/crew/store.ts';
import { sync } from '../../pwa/src/crew/sync.ts';

const PIN = '274961';
const KARI: Owner = { id: 3, name: 'Kari', session: 'k', verifier: null, wrong: 0, locked: false, active_at: Date.now() };
const OLA: Owner = { ...KARI, id: 4, name: 'Ola', session: null };
let verifier: Verifier | null = null;

Object.assign(globalThis, { window: globalThis, location: { origin: 'https://vof.example' }, document: { documentElement: { lang: 'nb' } } });

let asked: { what: string; body: unknown }[] = [];
/** By method and path; what is not named is not reached. */
let answers: Record<string, () => Response> = {};
const json = (status: number, body: unknown) => (): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const refusal = (status: number, code: string, more: object = {}) => json(status, { code, message: '-', ...more });
const tablet = (more: object = {}) => json(200, { people: [], ended: [], signed_out: [], me: null, ...more });

globalThis.fetch = (url, init) => {
  const what = `${init?.method ?? 'GET'} ${(url as string).replace('/api/v1/crew/', '').replace('?lang=nb', '')}`;
  asked.push({ what, body: init?.body });
  const answer = answers[what];
  return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('network'));
};

/** Whoever is there first has the tablet; each has a list. */
async function give(...people: Owner[]): Promise<void> {
  set({ owner: people[0] ?? null, people: [], link: 'online', was_ended: false });
  for (const one of people) await saveOwner(one);
  await inStore('readwrite', (store) => {
    for (const { id, name } of people) store.put('kept', { id: worklistOf(id), etag: '', content: { me: { id, name }, unit: null, made_at: '', reports: [], more: false } });
  });
}
const kept = async (): Promise<[number[], string[]]> => {
  const [people, lists] = await inStore('readonly', (store) => Promise.all([store.all('people'), store.all('kept')]));
  return [people.map(({ id }) => id), lists.map(({ id }) => id)];
};
const row = async (id: number): Promise<Owner | undefined> => inStore('readonly', (store) => store.get('people', id));

beforeEach(async () => {
  verifier ??= await verifierOf(PIN);
  asked = [];
  answers = {};
  await inStore('readwrite', async (store) => {
    for (const name of ['people', 'kept', 'actions'] as const) for (const { id } of await store.all(name)) store.delete(name, id);
  });
});
after(() => {
  // fake-indexeddb leaves timers of its own.
  setTimeout(() => process.exit(), 50).unref();
});

const IN_TROUBLE = { 'a busy server': refusal(503, 'busy'), 'a failed one': refusal(500, 'unexpected'), 'a limit': refusal(429, 'too_many') };

for (const [what, answer] of Object.entries(IN_TROUBLE)) {
  test(`${what} has signed out nobody, so that nothing is erased`, async () => {
    await give(KARI);
    answers = { 'DELETE tablet': answer };
    assert.equal(await signOut(), false);
    assert.equal(get().owner?.id, KARI.id);
    assert.deepEqual(await kept(), [[3], ['worklist:3']]);
  });

  test(`${what} says nothing of a PIN: the tablet tries it itself, and keeps it`, async () => {
    const owner = { ...KARI, verifier, locked: true };
    await give(owner);
    answers = { 'POST tablet/unlock': answer };
    assert.deepEqual(await unlock(owner, '111222'), { kind: 'wrong', left: 4 });
    assert.deepEqual(await unlock({ ...owner, wrong: 1 }, PIN), { kind: 'open' });
    const after_it = await row(3);
    assert.deepEqual([after_it?.session, after_it?.locked], ['k', false]);
    assert.ok(after_it?.verifier);
  });
}

test('who signs out is named, whoever the server knows, and is erased once that is done', async () => {
  await give(KARI, OLA);
  answers = { 'DELETE tablet': tablet() };
  assert.equal(await signOut(), true);
  assert.deepEqual(JSON.parse(asked[0]?.body as string), { person: 3 });
  assert.deepEqual(await kept(), [[4], ['worklist:4']]);
});

test('a PIN that was ended at the office opens nothing, with and without network', async () => {
  const owner = { ...KARI, verifier, locked: true };
  await give(owner);
  answers = { 'POST tablet/unlock': refusal(401, 'signed_out') };
  assert.deepEqual(await unlock(owner, PIN), { kind: 'ended' });
  const ended = await row(3);
  // A lock of theirs that was told later would end the sign-in that is to follow.
  assert.deepEqual([ended?.session, ended?.verifier, ended?.locked, ended?.lock_sent], [null, null, true, true]);
});

test('a PIN that is used again by itself keeps no idle tablet open', async () => {
  const long_ago = Date.now() - 600_000;
  const owner = { ...KARI, verifier, locked: true };
  await give(owner);
  await unlock(owner, PIN);
  await saveOwner({ ...owner, locked: false, active_at: long_ago });
  answers = { 'POST tablet/unlock': tablet() };
  await seeSignedOut();
  while (asked.length < 2) await new Promise((done) => setTimeout(done));
  await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual([get().owner?.locked, get().owner?.active_at], [false, long_ago]);
});

test('without a PIN the tablet is shut as soon as the server knows nobody, also when it is opened anew', async () => {
  await give(OLA);
  answers = { 'GET worklist': refusal(401, 'sign_in_needed') };
  await sync();
  assert.equal(get().owner?.locked, true);
  assert.deepEqual([(await row(4))?.locked, (await row(4))?.lock_sent], [true, true]);
  assert.deepEqual(await kept(), [[4], ['worklist:4']]);
});

test('with a PIN the tablet stays open, and asks for it', async () => {
  await give(KARI);
  answers = { 'GET worklist': refusal(401, 'sign_in_needed') };
  await sync();
  assert.deepEqual([get().owner?.locked, get().link], [false, 'signed_out']);
});

test('who was signed out at the office is erased, and nobody else', async () => {
  await give(KARI, OLA);
  answers = { 'GET worklist': refusal(401, 'signed_out', { people: [OLA.id] }) };
  await sync();
  assert.deepEqual([get().owner?.id, get().was_ended], [KARI.id, false]);
  assert.deepEqual(await kept(), [[3], ['worklist:3']]);
  answers = { 'GET worklist': refusal(401, 'signed_out', { people: [KARI.id] }) };
  await sync();
  assert.deepEqual([get().owner, get().was_ended], [null, true]);
  assert.deepEqual(await kept(), [[], []]);
});

test('a locked tablet learns it too, also of who has no PIN', async () => {
  await give({ ...OLA, locked: true, lock_sent: true });
  answers = { 'GET tablet': tablet({ signed_out: [OLA.id] }) };
  await learnSessions();
  assert.deepEqual(await kept(), [[], []]);
});

test('whoever signs in leaves the tablet of who had it before locked', async () => {
  await give(OLA);
  answers = { 'GET tablet': tablet({ me: KARI }) };
  await become(KARI);
  assert.deepEqual([get().owner?.id, (await row(4))?.locked, (await row(4))?.lock_sent], [3, true, true]);
  assert.ok(!asked.some(({ what }) => what === 'POST tablet/lock'));
});

const DEED = { report: '2026-1', kind: 'status', status: 'fixed', version: 5, public_text: '', internal_text: '', minutes: null, duplicate_of: null, owner: null } as unknown as Deed;

/** Something of Kari's that waits. */
async function leave(id: string): Promise<void> {
  const by = { id: KARI.id, name: KARI.name };
  await inStore('readwrite', (store) => {
    store.put('actions', actionOf({ id, by, report: '2026-1', content: DEED, title: '', place: '', created_at: '1', photos: [] }));
  });
  await look(false);
}

test('what was sent the moment before the network came back is sent again before the server is told of the lock', async () => {
  await give({ ...KARI, verifier });
  await leave('a3');
  answers = {
    'PUT actions/a3': () => {
      if (!asked.some(({ what }) => what === 'GET tablet')) throw new TypeError('network');
      return json(201, { id: 'a3', number: '2026-1', version: 9, status: 'fixed' })();
    },
    'GET tablet': tablet(),
    'POST tablet/lock': tablet(),
  };
  await lock();
  assert.deepEqual(asked.map(({ what }) => what), ['PUT actions/a3', 'GET tablet', 'PUT actions/a3', 'POST tablet/lock']);
});

test('locked, the tablet is shut at once and sends what waits before the server is told', async () => {
  await give({ ...KARI, verifier });
  await leave('a1');
  let was_shut: boolean | undefined;
  answers = {
    'PUT actions/a1': () => {
      was_shut = get().owner?.locked;
      return json(201, { id: 'a1', number: '2026-1', version: 9, status: 'fixed' })();
    },
    'POST tablet/lock': tablet(),
  };
  await lock();
  assert.equal(was_shut, true);
  assert.deepEqual(asked.map(({ what }) => what), ['PUT actions/a1', 'POST tablet/lock']);
  await sendNow(true);
  assert.deepEqual([JSON.parse(asked[1]?.body as string), (await row(3))?.lock_sent], [{ person: 3 }, true]);
  // Told of the lock, the server would take nothing.
  await leave('a2');
  await sendNow(true);
  assert.equal(asked.length, 2);
});

test('a lock that the network comes back for while it is told in vain is told again', async () => {
  await give({ ...KARI, verifier });
  await leave('a4');
  let again: Promise<void> | undefined;
  answers = {
    'PUT actions/a4': () => {
      if (again) return json(201, { id: 'a4', number: '2026-1', version: 9, status: 'fixed' })();
      // What the event “online” sets going.
      again = learnSessions();
      throw new TypeError('network');
    },
    'POST tablet/lock': tablet(),
  };
  await lock();
  await again;
  assert.equal((await row(3))?.lock_sent, true);
});

test('where nothing can be sent the lock waits with it', async () => {
  await give({ ...KARI, verifier });
  await leave('a1');
  // The network is back between the two.
  answers = { 'POST tablet/lock': tablet() };
  await lock();
  assert.deepEqual(asked.map(({ what }) => what), ['PUT actions/a1', 'GET tablet']);
  assert.deepEqual([(await row(3))?.locked, (await row(3))?.lock_sent], [true, false]);
});

test('a colleague who opens the tablet while it still sends is not locked out by that lock', async () => {
  const ola = { ...OLA, session: 'o', locked: true, lock_sent: true };
  await give({ ...KARI, verifier }, ola);
  await leave('a1');
  let opened: Promise<unknown> | undefined;
  answers = {
    'PUT actions/a1': () => {
      opened = unlock(ola, PIN);
      return refusal(503, 'busy')();
    },
    'POST tablet/unlock': tablet(),
    'POST tablet/lock': tablet(),
  };
  await lock();
  await opened;
  assert.equal(get().owner?.id, OLA.id);
  assert.deepEqual(asked.map(({ what }) => what), ['PUT actions/a1', 'POST tablet/unlock']);
});

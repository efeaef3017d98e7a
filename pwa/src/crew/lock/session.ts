/** Who uses the tablet: signing in, locking, unlocking with and without network, signing out, and being signed out. */
import type { Written } from '../api.ts';
import { readTablet, write } from '../api.ts';
import { sendBeforeLock } from '../outgoing.ts';
import { forgetPictures } from '../pictures.ts';
import { get, language, set } from '../state.ts';
import type { Owner } from '../store.ts';
import { forget, inStore } from '../store.ts';
import { recall } from '../sync.ts';
import type { Person } from '../types.ts';
import { TRIES, fits, isIdle, verifierOf } from './pin.ts';

/** How often somebody was erased: an answer from before that knows people who are gone. */
let erased = 0;

/** Typed without network; it signs in at the server as soon as that can be reached, and is written down nowhere. */
let typed: { readonly person: number; readonly pin: string } | undefined;

export async function saveOwner(owner: Owner): Promise<void> {
  await inStore('readwrite', (store) => {
    store.put('people', owner);
  });
  const others = get().people.filter(({ id }) => id !== owner.id);
  const isCurrent = get().owner?.id === owner.id;
  set({ people: [...others, owner], ...(isCurrent ? { owner } : {}) });
}

const fresh = ({ id, name }: Person): Owner => ({ id, name, session: null, verifier: null, wrong: 0, locked: false, active_at: Date.now() });

/** The tablet is now in this person's hands: the server has said so. Whoever had it before gets it back only by a sign-in. */
export async function become({ id, name }: Person): Promise<void> {
  for (const other of get().people) if (other.id !== id && !other.locked) await saveOwner({ ...other, locked: true, lock_sent: true });
  const known = get().people.find((one) => one.id === id);
  const owner = { ...(known ?? fresh({ id, name })), name, locked: false, wrong: 0, active_at: Date.now() };
  set({ owner, was_ended: false });
  await saveOwner(owner);
  await recall(id);
  void learnSessions();
}

const unsentLocks = (): Owner[] => get().people.filter(({ locked, lock_sent }) => locked && !lock_sent);

let turn: Promise<unknown> = Promise.resolve();

/** Locking and opening one after the other: a late lock would end the next person's sign-in. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

async function tellLocks(): Promise<boolean> {
  // Told of the lock, the server takes nothing more of theirs.
  const isTheirs = unsentLocks().some(({ id }) => id === get().owner?.id);
  return (!isTheirs || (await sendBeforeLock())) && tellNow();
}

/** Each by name: whoever has signed in meanwhile is not meant. */
export const tellNow = (): Promise<boolean> =>
  inTurn(async () => {
    for (const owner of unsentLocks()) {
      const answer = await write('POST', 'tablet/lock', language(), { person: owner.id });
      if (answer.kind !== 'done') return false;
      await saveOwner({ ...owner, lock_sent: true });
    }
    return true;
  });

let telling: Promise<boolean> | undefined;
let next: Promise<boolean> | undefined;

/** A tablet that is locked is locked at the server as well before anything else is asked, once what is due of its person has had its chance. */
export function sendLocks(): Promise<boolean> {
  if (telling) {
    // What was begun before the network came back says nothing of now.
    next ??= telling.catch(() => false).then((isTold) => {
      next = undefined;
      return isTold || sendLocks();
    });
    return next;
  }
  telling = tellLocks().finally(() => {
    telling = undefined;
  });
  return telling;
}

/** Which people may unlock here, by the server's own list; who has signed in fully since the tablet was locked has it now. */
export async function learnSessions(): Promise<void> {
  if (!(await sendLocks())) return;
  const before = erased;
  const answer = await readTablet();
  if (answer.kind !== 'new' || erased !== before) return;
  const { people, ended, signed_out, me } = answer.content;
  for (const known of get().people) if (signed_out.includes(known.id)) await erase(known);
  for (const { id, staff, name } of people) {
    const known = get().people.find((one) => one.id === staff);
    if (known?.session !== id) await saveOwner({ ...(known ?? { ...fresh({ id: staff, name }), locked: true, lock_sent: true }), session: id });
  }
  for (const known of get().people) {
    if (known.session === null || people.some(({ staff }) => staff === known.id)) continue;
    if (ended.includes(known.session)) await erase(known);
    else await saveOwner({ ...known, session: null, verifier: null });
  }
  if (me && get().owner?.locked === true) await become(me);
}

/**
 * The server knows nobody: a PIN that was typed without network is used now, else a person is asked, and without a PIN the
 * tablet is shut. Who was signed out from somewhere else is erased.
 */
export async function seeSignedOut(gone: readonly number[] = []): Promise<void> {
  for (const known of get().people) if (gone.includes(known.id)) await erase(known);
  const { owner } = get();
  set({ link: 'signed_out' });
  if (owner?.session === null) await saveOwner({ ...owner, locked: true, lock_sent: true });
  if (owner?.session == null || typed?.person !== owner.id) return;
  const { pin } = typed;
  typed = undefined;
  void unlock(owner, pin);
}

export type Unlocked = { readonly kind: 'open' } | { readonly kind: 'wrong'; readonly left: number } | { readonly kind: 'ended' } | { readonly kind: 'needs_network' };

async function open(owner: Owner, pin: string): Promise<Unlocked> {
  const verifier = owner.verifier ?? (await verifierOf(pin));
  set({ link: 'unknown' });
  // A PIN that is used again by itself is no touch.
  const opened = { ...owner, verifier, locked: false, wrong: 0, active_at: owner.locked ? Date.now() : owner.active_at };
  set({ owner: opened });
  await saveOwner(opened);
  await recall(owner.id);
  return { kind: 'open' };
}

/** What the tablet itself knows of the PIN, for where there is no network. */
async function unlockAlone(owner: Owner, pin: string): Promise<Unlocked> {
  if (!owner.verifier || owner.wrong >= TRIES) return { kind: 'needs_network' };
  if (await fits(pin, owner.verifier)) {
    typed = { person: owner.id, pin };
    const opened = await open(owner, pin);
    set({ link: 'offline' });
    return opened;
  }
  const wrong = owner.wrong + 1;
  await saveOwner({ ...owner, wrong });
  return wrong >= TRIES ? { kind: 'needs_network' } : { kind: 'wrong', left: TRIES - wrong };
}

export const unlock = (owner: Owner, pin: string): Promise<Unlocked> => inTurn(() => tryPin(owner, pin));

async function tryPin(owner: Owner, pin: string): Promise<Unlocked> {
  if (owner.session === null) return { kind: 'ended' };
  const answer = await write('POST', 'tablet/unlock', language(), { id: owner.session, pin });
  if (answer.kind === 'done') {
    // The server now has this person: of others there is nothing left to lock.
    for (const other of unsentLocks()) if (other.id !== owner.id) await saveOwner({ ...other, lock_sent: true });
    return open(owner, pin);
  }
  if (answer.kind === 'refused' && answer.code === 'wrong_pin') return { kind: 'wrong', left: answer.left ?? 1 };
  // Whatever else a server in trouble says tells nothing of the PIN.
  if (answer.kind === 'none' || answer.code !== 'signed_out') return unlockAlone(owner, pin);
  await saveOwner({ ...owner, session: null, verifier: null, locked: true, lock_sent: true });
  return { kind: 'ended' };
}

/** Keep me signed in on this tablet. */
export async function stay(owner: Owner, name: string, pin: string): Promise<Written> {
  const answer = await write('POST', 'tablet', language(), { name, pin });
  if (answer.kind === 'done') {
    await saveOwner({ ...owner, verifier: await verifierOf(pin) });
    await learnSessions();
  }
  return answer;
}

export async function lock(): Promise<void> {
  const { owner } = get();
  if (owner?.session == null) return;
  typed = undefined;
  await saveOwner({ ...owner, locked: true, lock_sent: false });
  await sendLocks();
}

/** Touched: the time until the tablet locks itself begins anew. Written down once a minute at most. */
export async function touch(): Promise<void> {
  const { owner } = get();
  if (owner && !owner.locked && Date.now() - owner.active_at > 60_000) await saveOwner({ ...owner, active_at: Date.now() });
}

export async function lockIfIdle(): Promise<void> {
  const { owner } = get();
  if (owner?.session != null && !owner.locked && isIdle(owner.active_at, Date.now())) await lock();
}

/** Erases what a person could read here; what waits to be sent stays until they sign in again. */
async function erase({ id }: Owner): Promise<void> {
  erased += 1;
  await forget(id);
  await forgetPictures(id);
  if (typed?.person === id) typed = undefined;
  const isCurrent = get().owner?.id === id;
  set({ people: get().people.filter((one) => one.id !== id) });
  if (isCurrent) set({ owner: null, worklist: null, ground: null, link: 'signed_out', was_ended: true });
}

/** This tablet is the present person's no longer. */
export async function endHere(): Promise<void> {
  const { owner } = get();
  if (owner) await erase(owner);
  else set({ link: 'signed_out' });
}

/** Signs out for good; the caller has seen to what waits. False where the server has not done it: nothing is erased. */
export async function signOut(): Promise<boolean> {
  const answer = await write('DELETE', 'tablet', language(), { person: get().owner?.id ?? null });
  if (answer.kind !== 'done') return false;
  await endHere();
  set({ was_ended: false });
  return true;
}

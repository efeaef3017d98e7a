/** Puts into the queue what somebody does, and has it sent: at once, on load, when the network is back, and by a timer. */
import type { Picture } from '../offline/shrink.ts';
import { newId } from '../offline/store.ts';
import { seeSignedOut } from './lock/session.ts';
import { roomLeft } from './pictures.ts';
import type { Action, Deed, Fault, WaitingPhoto } from './queue/action.ts';
import { actionOf, handedOver, isStopped } from './queue/action.ts';
import { CHANNEL, listOwn, send } from './queue/sender.ts';
import { get, language, set } from './state.ts';
import { inStore } from './store.ts';
import { sync } from './sync.ts';
import type { Moment, Person } from './types.ts';

export interface Taken {
  readonly id: string;
  readonly picture: Picture;
  readonly moment: Moment | null;
}

/** A photo that is shrunk takes 0.3 MB; below this there is room for some hundred. */
const SHORT_OF_ROOM = 40_000_000;
/** Without a session or a network nothing is due; whatever the reason, it is looked at again. */
const LOOK_AGAIN_MS = 60_000;

const channel = new BroadcastChannel(CHANNEL);

/** Reads the queue anew, here and in other tabs. */
export async function look(tell = true): Promise<void> {
  const [actions, sent] = await inStore('readonly', (store) => Promise.all([store.all('actions'), store.all('sent')]));
  set({ actions, sent });
  if (tell) channel.postMessage('changed');
}

channel.addEventListener('message', () => void look(false));

let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
let wanted = false;
let is_wanted_anew = false;

/** Whether the last pass found the server, as far as it asked. */
let has_reached = true;

const sender = {
  person: () => {
    const { owner } = get();
    return owner && !(owner.locked && owner.lock_sent) ? owner.id : null;
  },
  lang: language,
  onSignedOut: () => void seeSignedOut(),
  onUnreachable: () => {
    has_reached = false;
  },
  onChange: () => void look(),
};

let passing: Promise<unknown> = Promise.resolve();

/** Once through all that is due, after whatever is under way. */
function passOnce(anew: boolean): Promise<number | null> {
  const mine = passing.then(() => {
    has_reached = true;
    return send(sender, anew);
  });
  passing = mine.catch(() => undefined);
  return mine;
}

/** What somebody has done goes, as far as it can, before the server is told that they have locked the tablet. False where it cannot be reached. */
export async function sendBeforeLock(): Promise<boolean> {
  const { owner } = get();
  const mayGo = async (): Promise<boolean> => owner !== null && (await listOwn(owner.id)).some((action) => !isStopped(action));
  if (!(await mayGo())) return true;
  await passOnce(true);
  // The network may have come back between an upload and the question why it failed, or another tab may have been sending.
  if (has_reached && (await mayGo())) await passOnce(true);
  return has_reached;
}

/**
 * Sends all that is due, and comes again by itself when something will be. Anew: also what a server in trouble has put
 * off, since somebody asks for it or the network is back.
 */
export async function sendNow(anew = false): Promise<void> {
  wanted = running;
  is_wanted_anew = running && (is_wanted_anew || anew);
  if (running) return;
  running = true;
  clearTimeout(timer);
  set({ sending: true });
  const before = get().actions.length;
  let wait: number | null = null;
  try {
    if (before) wait = await passOnce(anew);
  } finally {
    // Also when the store has failed: what waits is tried again.
    running = false;
    set({ sending: false });
    timer = setTimeout(() => void sendNow(), wait ?? LOOK_AGAIN_MS);
  }
  await look();
  if (get().actions.length < before && get().owner?.locked !== true) await sync();
  if (wanted) void sendNow(is_wanted_anew);
}

/** The last write found no room. Some browsers claim to have plenty, so as not to tell sites the size of the disk. */
let was_refused = false;

/** Whether there is room for what is yet to be done. */
export async function seeRoom(): Promise<void> {
  const is_short_of_room = was_refused || (await roomLeft()) < SHORT_OF_ROOM;
  if (is_short_of_room !== get().is_short_of_room) set({ is_short_of_room });
}

/** False where the tablet is full: nothing of it was kept then. */
export async function hasKept(write: Promise<void>): Promise<boolean> {
  was_refused = await write.then(
    () => false,
    (error: unknown) => {
      if ((error as DOMException).name !== 'QuotaExceededError') throw error;
      return true;
    },
  );
  if (was_refused) await seeRoom();
  return !was_refused;
}

async function askForRoom(): Promise<void> {
  const { storage } = navigator as { storage?: StorageManager };
  // The browser may say no; nothing else depends on it.
  if (storage?.persist && !(await storage.persisted())) await storage.persist();
  await seeRoom();
}

export interface Doing {
  readonly report: string | null;
  readonly title: string;
  readonly place: string;
  readonly photos: readonly Taken[];
  /** What is kept of the form until then. */
  readonly draft?: string;
  readonly content: (photos: readonly string[], at: string) => Deed | Fault;
}

/** Kept on the disk, with its photos, before anything is said to have been done. False where there is no room: nothing has been done then. */
export async function enqueue(...doings: readonly Doing[]): Promise<boolean> {
  const { owner } = get();
  if (!owner) throw new Error('nobody to do it');
  const by = { id: owner.id, name: owner.name };
  const now = Date.now();
  const made = doings.map(({ report, title, place, photos, draft, content }, order) => {
    // One after the other, so that they are sent in the order in which they were done.
    const created_at = new Date(now + order).toISOString();
    const waiting = photos.map(({ id, picture, moment }): WaitingPhoto => ({ id, type: picture.type, moment, not_before: 0, attempts: 0 }));
    const action = actionOf({ id: newId(), by, report, content: content(waiting.map(({ id }) => id), created_at), title, place, created_at, photos: waiting });
    return { action, photos, draft };
  });
  const write = inStore('readwrite', (store) => {
    for (const { action, photos, draft } of made) {
      store.put('actions', action);
      if (draft) store.delete('kept', draft);
      for (const { id, picture } of photos) store.put('photos', { id, bytes: picture.bytes });
    }
  });
  if (!(await hasKept(write))) return false;
  await look();
  void askForRoom();
  void sendNow();
  return true;
}

/** Changes or removes an action that is still here; nothing happens to one that has arrived meanwhile. */
async function changeKept(id: string, change: (action: Action) => Action | null): Promise<void> {
  await inStore('readwrite', async (store) => {
    const current = await store.get('actions', id);
    if (!current) return;
    const changed = change(current);
    if (changed) store.put('actions', changed);
    else {
      store.delete('actions', id);
      for (const photo of current.photos) store.delete('photos', photo.id);
    }
  });
  await look();
}

export async function resend(id: string, change: (action: Action) => Action): Promise<void> {
  await changeKept(id, change);
  void sendNow(true);
}

export const throwAway = (id: string): Promise<void> => changeKept(id, () => null);

/** Pictures of an action that waits, to be shown. */
export async function pictureOf(photo: WaitingPhoto): Promise<Blob | null> {
  const kept = await inStore('readonly', (store) => store.get('photos', photo.id));
  return kept ? new Blob([kept.bytes], { type: photo.type }) : null;
}

/** What waits is sent by a colleague on this tablet, with the name of who did it. */
export async function handOver(from: Person, to: Person): Promise<void> {
  await inStore('readwrite', async (store) => {
    for (const action of await store.all('actions')) {
      if (action.by.id === from.id) store.put('actions', handedOver(action, { id: to.id, name: to.name }));
    }
  });
  await look();
}

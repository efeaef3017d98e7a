/**
 * Sends what waits: texts first, then photos one by one. Nothing leaves the box before our own server has confirmed it,
 * and whatever is sent twice the server knows by its id.
 */
import { COME_BACK_LATER, ask as askServer, isRefusal, waitAfter, waitUntil } from './asking.ts';
import type { Item, PhotoBytes, Receipt, Refusal, WaitingPhoto } from './store.ts';
import { inStore } from './store.ts';

const LONGEST_UNREACHABLE_MS = 60_000;
export interface Job {
  readonly item: Item;
  /** Null while the text itself waits. */
  readonly photo: WaitingPhoto | null;
}

type Answer =
  | { readonly kind: 'received'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'later'; readonly wait_ms: number }
  | { readonly kind: 'unreachable' };

/** What a listening page is told of: an item as it now stands, and null for one that has left the box. */
export interface News {
  readonly id: string;
  readonly receipt: Receipt | null;
  readonly refusal: Refusal | null;
  readonly photos_left: number;
  readonly problem: 'later' | 'unreachable' | null;
}

export const CHANNEL = 'outbox';
let channel: BroadcastChannel | undefined;

/** Tells every page and the worker, except through a listener that uses this very channel object. */
export function tell(news: News | 'changed' | 'send'): void {
  channel ??= new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
}

/** Every text before any photo; what has been tried least goes first, so that one bad item never blocks the others. */
export function nextJob(items: readonly Item[], tried: ReadonlySet<string>, now: number): Job | undefined {
  const open = items.filter((item) => !item.refusal).sort((a, b) => a.attempts - b.attempts);
  const due = (id: string, not_before: number): boolean => !tried.has(id) && !waitUntil(not_before, now);
  const text = open.find((item) => !item.receipt && due(item.id, item.not_before));
  if (text) return { item: text, photo: null };
  for (const item of open) {
    const due_photos = item.photos.filter((one) => due(one.id, one.not_before));
    const photo = item.receipt && due_photos.sort((a, b) => a.attempts - b.attempts)[0];
    if (photo) return { item, photo };
  }
  return undefined;
}

/** In how many milliseconds something will be due; null when nothing waits. */
export function nextDue(items: readonly Item[], now: number): number | null {
  const times = items
    .filter((item) => !item.refusal)
    .flatMap((item) => (item.receipt ? item.photos.map((photo) => photo.not_before) : [item.not_before]));
  return times.length ? Math.min(...times.map((time) => waitUntil(time, now))) : null;
}

/** A sign-in page of a café's network also answers 200; only a receipt of ours counts. */
function isReceived(body: Readonly<Record<string, unknown>>, { item, photo }: Job): boolean {
  if (photo) return body['id'] === photo.id;
  const needed = item.kind === 'report' ? ['number', 'key', 'url'] : ['number', 'url'];
  return needed.every((name) => typeof body[name] === 'string' && body[name]);
}

async function ask(job: Job, body: string | ArrayBuffer): Promise<Answer> {
  const { item, photo } = job;
  const size = typeof body === 'string' ? body.length : body.byteLength;
  const [path = '', query = ''] = item.url.split('?');
  const url = photo ? `${path}/photos/${photo.id}?${query}` : item.url;
  const headers = photo
    ? { 'Content-Type': photo.type, Authorization: `Bearer ${new URL(item.receipt?.path ?? '', location.origin).searchParams.get('key') ?? ''}` }
    : { 'Content-Type': 'application/json' };
  const answered = await askServer(url, { method: 'PUT', body, headers }, size);
  if (!answered) return { kind: 'unreachable' };
  const { status, content, wait_ms } = answered;
  if (content && (status === 200 || status === 201) && isReceived(content, job)) return { kind: 'received', body: content };
  // A keeper whose session has ended signs in again; what was done with the sign waits until then.
  if (item.kind === 'sign' && status === 401) return { kind: 'later', wait_ms: 0 };
  if (status >= 400 && status < 500 && !COME_BACK_LATER.includes(status) && isRefusal(content)) {
    return { kind: 'refused', refusal: { code: content.code, message: content.message, fields: content.fields ?? {} } };
  }
  // Somebody between us found the picture too large, and will again; it must not be sent all the time.
  if (photo && status === 413) return { kind: 'later', wait_ms: 0 };
  // Somebody between us answered, as a café's sign-in page does: that is no network.
  return status < 429 ? { kind: 'unreachable' } : { kind: 'later', wait_ms };
}

function receiptOf(item: Item, body: Readonly<Record<string, unknown>>): Receipt {
  // The address printed in the answer may be another name of this host.
  const path = new URL(String(body['url'])).pathname;
  const key = item.kind === 'report' ? `?key=${encodeURIComponent(String(body['key']))}` : '';
  return {
    id: item.id,
    number: String(body['number']),
    path: path + key,
    summary: item.summary,
    at: item.created_at,
    left_out: [],
  };
}

/** The item after an answer; words and contact details go as soon as they have arrived. */
export function afterText(item: Item, answer: Answer, now: number): Item {
  switch (answer.kind) {
    case 'received':
      return { ...item, payload: '', draft: '', attempts: 0, refusal: null, receipt: receiptOf(item, answer.body) };
    case 'refused':
      return withoutBadTime(item, answer.refusal) ?? { ...item, refusal: answer.refusal };
    case 'later':
      return { ...item, attempts: item.attempts + 1, not_before: now + Math.max(answer.wait_ms, waitAfter(item.attempts)) };
    case 'unreachable':
      return { ...item, attempts: item.attempts + 1 };
  }
}

/** A phone whose clock is wrong cannot be put right by its owner here; the server then takes its own time. */
function withoutBadTime(item: Item, { fields }: Refusal): Item | undefined {
  if (Object.keys(fields).join() !== 'created_at') return undefined;
  const { created_at, ...rest } = JSON.parse(item.payload) as Record<string, unknown>;
  return created_at === undefined ? undefined : { ...item, payload: JSON.stringify(rest) };
}

export function afterPhoto(item: Item, photo: WaitingPhoto, answer: Answer, now: number): Item {
  const others = item.photos.filter((one) => one.id !== photo.id);
  switch (answer.kind) {
    case 'received':
      return { ...item, photos: others };
    case 'refused': {
      const { receipt } = item;
      return {
        ...item,
        photos: others,
        receipt: receipt && { ...receipt, left_out: [...receipt.left_out, answer.refusal.message] },
      };
    }
    case 'later':
    case 'unreachable': {
      const wait = answer.kind === 'later' ? Math.max(answer.wait_ms, waitAfter(photo.attempts)) : 0;
      const again = { ...photo, tried: true, attempts: photo.attempts + 1, not_before: wait && now + wait };
      return { ...item, attempts: item.attempts + 1, photos: item.photos.map((one) => (one.id === photo.id ? again : one)) };
    }
  }
}

/** Takes the answer into the store. Of what has been thrown away meanwhile only a text that arrived all the same is told. */
async function settle({ item, photo }: Job, answer: Answer): Promise<Item | undefined> {
  return inStore('readwrite', async (store) => {
    const has_arrived = !photo && answer.kind === 'received';
    const current = (await store.get('outbox', item.id)) ?? (has_arrived ? { ...item, photos: [] } : undefined);
    if (!current) return undefined;
    const now = Date.now();
    const after = photo ? afterPhoto(current, photo, answer, now) : afterText(current, answer, now);
    for (const before of current.photos) {
      if (!after.photos.some((one) => one.id === before.id)) store.delete('photos', before.id);
    }
    if (after.receipt && !after.photos.length) store.delete('outbox', after.id);
    else store.put('outbox', after);
    // What a keeper has done stands in the sign's log, and is no report of their own. A receipt that was forgotten while
    // its photos waited stays so.
    const listed = !after.shared && after.kind !== 'sign' && (!photo || (await store.get('mine', after.id)));
    if (after.receipt && listed) store.put('mine', after.receipt);
    return after;
  });
}

/** Reads a photo and notes, in the same breath, that from now on the server may know it. */
async function takePhoto({ item, photo }: Job): Promise<PhotoBytes | undefined> {
  return inStore('readwrite', async (store) => {
    const [current, bytes] = await Promise.all([store.get('outbox', item.id), store.get('photos', photo?.id ?? '')]);
    if (!current || !bytes) return undefined;
    store.put('outbox', {
      ...current,
      photos: current.photos.map((one) => (one.id === photo?.id ? { ...one, tried: true } : one)),
    });
    return bytes;
  });
}

/** The phone has taken the picture back, or never let us read it; the receipt says that it is missing. */
const PHOTO_LOST: Answer = { kind: 'refused', refusal: { code: 'photo_lost', message: '', fields: {} } };

async function carryOut(job: Job): Promise<Answer['kind']> {
  const body = job.photo ? (await takePhoto(job))?.bytes : job.item.payload;
  const answer = body === undefined ? PHOTO_LOST : await ask(job, body);
  const item = await settle(job, answer);
  if (item) {
    tell({
      id: item.id,
      receipt: item.receipt,
      refusal: item.refusal,
      photos_left: item.photos.length,
      problem: answer.kind === 'later' || answer.kind === 'unreachable' ? answer.kind : null,
    });
  }
  return answer.kind;
}

const listItems = (): Promise<Item[]> => inStore('readonly', (store) => store.all('outbox'));

let failures = 0;

async function pass(): Promise<number | null> {
  const tried = new Set<string>();
  for (;;) {
    const job = nextJob(await listItems(), tried, Date.now());
    if (!job) break;
    tried.add((job.photo ?? job.item).id);
    if ((await carryOut(job)) === 'unreachable') {
      failures += 1;
      return Math.min(waitAfter(failures), LONGEST_UNREACHABLE_MS);
    }
    failures = 0;
  }
  return nextDue(await listItems(), Date.now());
}

const ANOTHER_IS_SENDING_MS = 1_000;
/** A page that the phone has put to sleep may hold the lock for ever; two senders do no harm, they only send twice. */
const ASLEEP_MS = 60_000;
let locked_since = 0;

/** Sends all that is due. In how many milliseconds to come again; null when nothing is left to send. */
export async function send(): Promise<number | null> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks || (locked_since && Date.now() - locked_since > ASLEEP_MS)) return pass();
  return locks.request(CHANNEL, { ifAvailable: true }, (lock) => {
    if (lock) {
      locked_since = 0;
      return pass();
    }
    locked_since ||= Date.now();
    return ANOTHER_IS_SENDING_MS;
  });
}

/**
 * Sends what waits, from the page alone: a worker may be ended at any time, and other browsers wake none. Nothing leaves
 * the queue before our own server's receipt, and whatever is sent twice the server knows by its id.
 */
import { ask } from '../../offline/asking.ts';
import { readTablet } from '../api.ts';
import { inStore } from '../store.ts';
import type { Action, Sent, WaitingPhoto } from './action.ts';
import { urlOf } from './action.ts';
import type { Answer, Job } from './order.ts';
import { afterAction, afterPhoto, meaningOf, nextDue, nextJob } from './order.ts';

export const CHANNEL = 'crew-queue';
const LONGEST_UNREACHABLE_MS = 60_000;
const FIRST_PAUSE_MS = 2_000;
const ANOTHER_IS_SENDING_MS = 1_000;
/** A page that the tablet has put to sleep may hold the lock for ever; two senders do no harm, they only send twice. */
const ASLEEP_MS = 60_000;
/** What was sent is shown for a while, so that whoever doubts can look. */
const MOST_SENT = 200;

export interface Sender {
  /** Whose actions are sent: whoever uses the tablet, until it changes hands. The server keeps nothing where somebody else is signed in. */
  readonly person: () => number | null;
  readonly lang: () => string;
  readonly onSignedOut: () => void;
  readonly onUnreachable: () => void;
  readonly onChange: () => void;
}

/** The picture has been taken back by the tablet; the list of what was sent says so. */
const PHOTO_LOST: Answer = { kind: 'refused', refusal: { code: 'photo_lost', message: '', fields: {} } };

async function bytesOf(photo: WaitingPhoto): Promise<ArrayBuffer | undefined> {
  return (await inStore('readonly', (store) => store.get('photos', photo.id)))?.bytes;
}

/** Where one upload finds no answer of ours, whether our server is there at all tells if the next may fare better. */
async function seeWhy(answer: Answer): Promise<Answer> {
  return answer.kind === 'unreachable' && (await readTablet()).kind === 'new' ? { kind: 'held_up' } : answer;
}

async function askFor(job: Job, lang: string): Promise<Answer> {
  const { action, photo } = job;
  // Another tab may have signed in somebody else since we asked: then the server keeps nothing.
  const body = photo ? await bytesOf(photo) : JSON.stringify({ ...action.content, by: action.by.id });
  if (body === undefined) return PHOTO_LOST;
  const headers = { 'Content-Type': photo ? photo.type : 'application/json' };
  const size = typeof body === 'string' ? body.length : body.byteLength;
  return seeWhy(meaningOf(await ask(urlOf(action, photo, lang), { method: 'PUT', body, headers }, size), job));
}

function sentOf(action: Action): Sent | null {
  const { id, by, title, place, receipt, left_out } = action;
  return receipt && { id, by, at: new Date().toISOString(), title, place, left_out, ...receipt };
}

/** Takes the answer into the store. Of what has been thrown away meanwhile only an action that arrived all the same is told. */
async function settle({ action, photo }: Job, answer: Answer): Promise<void> {
  await inStore('readwrite', async (store) => {
    const has_arrived = !photo && answer.kind === 'received';
    const current = (await store.get('actions', action.id)) ?? (has_arrived ? { ...action, photos: [] } : undefined);
    if (!current) return;
    const after = photo ? afterPhoto(current, photo, answer, Date.now()) : afterAction(current, answer, Date.now());
    for (const { id } of current.photos) if (!after.photos.some((one) => one.id === id)) store.delete('photos', id);
    const sent = after.photos.length ? null : sentOf(after);
    if (!sent) {
      store.put('actions', after);
      return;
    }
    store.delete('actions', after.id);
    store.put('sent', sent);
    const old = (await store.all('sent')).sort((a, b) => b.at.localeCompare(a.at)).slice(MOST_SENT);
    for (const { id } of old) store.delete('sent', id);
  });
}

/** What a person may send now: their own. */
export async function listOwn(person: number): Promise<Action[]> {
  return (await inStore('readonly', (store) => store.all('actions'))).filter(({ by }) => by.id === person);
}

let failures = 0;

function unreachable(): number {
  failures += 1;
  return Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_UNREACHABLE_MS);
}

async function pass(sender: Sender, anew: boolean): Promise<number | null> {
  const person = sender.person();
  if (person === null) return null;
  const tried = new Set<string>();
  while (sender.person() === person) {
    const job = nextJob(await listOwn(person), tried, anew ? Infinity : Date.now());
    if (!job) break;
    tried.add((job.photo ?? job.action).id);
    const answer = await askFor(job, sender.lang());
    await settle(job, answer);
    sender.onChange();
    if (answer.kind === 'signed_out') {
      sender.onSignedOut();
      return null;
    }
    if (answer.kind === 'unreachable') {
      sender.onUnreachable();
      return unreachable();
    }
    failures = 0;
  }
  return nextDue(await listOwn(person), Date.now());
}

let locked_since = 0;

/**
 * Sends all that is due, or anew also what was put off. In how many milliseconds to come again; null when nothing of this
 * person waits for the network.
 */
export async function send(sender: Sender, anew = false): Promise<number | null> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks || (locked_since && Date.now() - locked_since > ASLEEP_MS)) return pass(sender, anew);
  return locks.request(CHANNEL, { ifAvailable: true }, (lock) => {
    if (lock) {
      locked_since = 0;
      return pass(sender, anew);
    }
    locked_since ||= Date.now();
    return ANOTHER_IS_SENDING_MS;
  });
}

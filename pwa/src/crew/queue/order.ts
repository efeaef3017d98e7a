/** What is sent next, and what an answer makes of an action. */
import type { Answered } from '../../offline/asking.ts';
import { COME_BACK_LATER, isRefusal, waitAfter, waitUntil } from '../../offline/asking.ts';
import type { Refusal } from '../../offline/store.ts';
import type { Happening, Report } from '../types.ts';
import type { Action, Conflict, Receipt, WaitingPhoto } from './action.ts';
import { isDeed, isStopped } from './action.ts';

export interface Job {
  readonly action: Action;
  /** Null while the action itself waits. */
  readonly photo: WaitingPhoto | null;
}

export type Answer =
  | { readonly kind: 'received'; readonly receipt: Receipt | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'conflict'; readonly conflict: Conflict }
  | { readonly kind: 'later'; readonly wait_ms: number }
  | { readonly kind: 'signed_out' }
  /** No answer of ours, though our server is there: a firewall between us does not like it, or it took too long. */
  | { readonly kind: 'held_up' }
  | { readonly kind: 'unreachable' };

const SIGNED_OUT = ['not_signed_in', 'sign_in_needed', 'signed_out', 'ended'];

/** Of each report the oldest that has not arrived: what was done first is sent first, and alone. */
function heads(actions: readonly Action[]): Action[] {
  const first = new Map<string, Action>();
  for (const action of actions) {
    const about = action.report ?? action.id;
    const before = first.get(about);
    if (!before || action.created_at < before.created_at) first.set(about, action);
  }
  return [...first.values()];
}

const leastTried = (a: { attempts: number; created_at: string }, b: { attempts: number; created_at: string }): number =>
  a.attempts - b.attempts || a.created_at.localeCompare(b.created_at);

/**
 * Every action before any photo; what has been tried least goes first, so that one bad one never blocks the others. One
 * that waits for a person lets the next of its report pass: the server judges each by what it was based on.
 */
export function nextJob(actions: readonly Action[], tried: ReadonlySet<string>, now: number): Job | undefined {
  const open = actions.filter((action) => !isStopped(action));
  const due = ({ id, not_before }: { id: string; not_before: number }): boolean => !tried.has(id) && !waitUntil(not_before, now);
  const waiting = heads(open.filter(({ receipt }) => !receipt));
  const [action] = waiting.filter(due).sort(leastTried);
  if (action) return { action, photo: null };
  for (const one of open.filter(({ receipt }) => receipt).sort(leastTried)) {
    const [photo] = one.photos.filter(due).sort((a, b) => a.attempts - b.attempts);
    if (photo) return { action: one, photo };
  }
  return undefined;
}

/** In how many milliseconds something will be due; null when nothing waits for the network. */
export function nextDue(actions: readonly Action[], now: number): number | null {
  const open = actions.filter((action) => !isStopped(action));
  const times = [
    ...heads(open.filter(({ receipt }) => !receipt)).map(({ not_before }) => not_before),
    ...open.filter(({ receipt }) => receipt).flatMap(({ photos }) => photos.map(({ not_before }) => not_before)),
  ];
  return times.length ? Math.min(...times.map((time) => waitUntil(time, now))) : null;
}

function receiptOf(content: Readonly<Record<string, unknown>>, { id }: Action): Receipt | null {
  const { number, version, status } = content;
  const isOurs = content['id'] === id && typeof number === 'string' && typeof version === 'number' && typeof status === 'string';
  return isOurs ? { number, version, status } : null;
}

/** What the server's answer means. A sign-in page of a café's network also answers 200; only a receipt of ours counts. */
export function meaningOf(answered: Answered | null, { action, photo }: Job): Answer {
  if (!answered) return { kind: 'unreachable' };
  const { status, content, wait_ms } = answered;
  if (content && (status === 200 || status === 201)) {
    if (photo) return content['id'] === photo.id ? { kind: 'received', receipt: null } : { kind: 'unreachable' };
    const receipt = receiptOf(content, action);
    return receipt ? { kind: 'received', receipt } : { kind: 'unreachable' };
  }
  if (status >= 400 && status < 500 && !COME_BACK_LATER.includes(status) && isRefusal(content)) {
    const { code, message, fields } = content;
    if (status === 401 || SIGNED_OUT.includes(code)) return { kind: 'signed_out' };
    // The action is not there yet, or not any more: it is never the photo's fault.
    if (photo && status === 404) return { kind: 'later', wait_ms };
    const { report, since } = content as { report?: Report; since?: Happening[] };
    if (status === 409 && code === 'changed_meanwhile' && report) return { kind: 'conflict', conflict: { report, since: since ?? [] } };
    return { kind: 'refused', refusal: { code, message, fields: fields ?? {} } };
  }
  return status < 429 ? { kind: 'unreachable' } : { kind: 'later', wait_ms };
}

/** A battery that ran flat may leave the clock in another year, and nobody can put that right in a form; the server then takes its own time. */
function withoutBadTime(action: Action, { fields }: Refusal): Action | null {
  const { content } = action;
  const isBad = !isDeed(content) && content.created_at !== null && Object.keys(fields).join() === 'created_at';
  return isBad ? { ...action, content: { ...content, created_at: null } } : null;
}

/** The action after an answer to itself. */
export function afterAction(action: Action, answer: Answer, now: number): Action {
  switch (answer.kind) {
    case 'received':
      return { ...action, attempts: 0, held_up: 0, not_before: 0, receipt: answer.receipt, refusal: null, conflict: null };
    case 'refused':
      return withoutBadTime(action, answer.refusal) ?? { ...action, refusal: answer.refusal };
    case 'conflict':
      return { ...action, conflict: answer.conflict };
    case 'later':
      return { ...action, attempts: action.attempts + 1, not_before: now + Math.max(answer.wait_ms, waitAfter(action.attempts)) };
    case 'held_up':
      return { ...action, attempts: action.attempts + 1, held_up: (action.held_up ?? 0) + 1, not_before: now + waitAfter(action.attempts) };
    case 'unreachable':
      return { ...action, attempts: action.attempts + 1 };
    case 'signed_out':
      return action;
  }
}

/** The action after an answer to one of its photos. */
export function afterPhoto(action: Action, photo: WaitingPhoto, answer: Answer, now: number): Action {
  const others = action.photos.filter(({ id }) => id !== photo.id);
  switch (answer.kind) {
    case 'received':
      return { ...action, held_up: 0, photos: others };
    case 'refused':
      return { ...action, photos: others, left_out: [...action.left_out, answer.refusal.message] };
    case 'later':
    case 'held_up':
    case 'unreachable': {
      const wait = answer.kind === 'unreachable' ? 0 : Math.max(answer.kind === 'later' ? answer.wait_ms : 0, waitAfter(photo.attempts));
      const later = { ...photo, attempts: photo.attempts + 1, not_before: wait && now + wait };
      const held_up = (action.held_up ?? 0) + Number(answer.kind === 'held_up');
      return { ...action, attempts: action.attempts + 1, held_up, photos: action.photos.map((one) => (one.id === photo.id ? later : one)) };
    }
    case 'conflict':
    case 'signed_out':
      return action;
  }
}

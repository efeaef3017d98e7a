/** What somebody has done with the tablet and the server may not know yet. */
import type { Refusal } from '../../offline/store.ts';
import type { Answers, Happening, Moment, Person, Report } from '../types.ts';

export type Kind = 'status' | 'note' | 'ask_desk' | 'photos';

/** The body of `PUT /api/v1/crew/actions/<uuid>`. */
export interface Deed {
  readonly report: string;
  readonly kind: Kind;
  readonly version: number;
  readonly status: string | null;
  readonly public_text: string;
  readonly internal_text: string;
  readonly minutes: number | null;
  readonly duplicate_of: string | null;
  readonly owner: number | null;
  readonly release_photos: boolean;
  readonly photos: readonly string[];
  readonly done_at: string;
  readonly handed_over_by: number | null;
}

/** The body of `PUT /api/v1/crew/reports/<uuid>`. */
export interface Fault {
  readonly category: string;
  readonly sign: string | null;
  readonly place: number | null;
  readonly position: { readonly lat: number; readonly lon: number; readonly accuracy_m: number | null } | null;
  readonly address: string | null;
  readonly description: string;
  readonly answers: Answers;
  readonly language: string;
  /** Null where the tablet's clock cannot be believed. */
  readonly created_at: string | null;
  readonly handed_over_by: number | null;
}

export interface WaitingPhoto {
  readonly id: string;
  readonly type: string;
  readonly moment: Moment | null;
  readonly not_before: number;
  readonly attempts: number;
}

/** The report as it now stands, and what others did since the version that the action was based on. */
export interface Conflict {
  readonly report: Report;
  readonly since: readonly Happening[];
}

/** The server's receipt. */
export interface Receipt {
  readonly number: string;
  readonly version: number;
  readonly status: string;
}

export interface Action {
  readonly id: string;
  /** Whoever did it; only while this person is signed in may it be sent. */
  readonly by: Person;
  /** Who did it, where a colleague is to send it. */
  readonly done_by?: Person;
  /** Null for a new fault. */
  readonly report: string | null;
  readonly content: Deed | Fault;
  /** How it is called in lists: what is wrong, and where. */
  readonly title: string;
  readonly place: string;
  readonly created_at: string;
  readonly photos: readonly WaitingPhoto[];
  readonly attempts: number;
  /** How often in a row somebody between us stopped it while the server was there; unset by an older make of this app. */
  readonly held_up?: number;
  readonly not_before: number;
  readonly receipt: Receipt | null;
  readonly refusal: Refusal | null;
  readonly conflict: Conflict | null;
  /** Why photos were left out, in the server's words. */
  readonly left_out: readonly string[];
}

/** An action that has arrived whole. */
export interface Sent {
  readonly id: string;
  readonly by: Person;
  readonly at: string;
  readonly number: string;
  readonly version: number;
  readonly status: string;
  readonly title: string;
  readonly place: string;
  readonly left_out: readonly string[];
}

export const isDeed = (content: Deed | Fault): content is Deed => 'kind' in content;

/** The state that an action asks for; null where it leaves the state as it is. */
export function wantedStatus({ content }: Action): string | null {
  return isDeed(content) && content.kind === 'status' ? content.status : null;
}

/** Once may be an accident. */
const HELD_UP_FOR_GOOD = 3;

/** Never gets through as it is; a person may change it or give it up, and until then it is tried on. */
export const isHeldUp = ({ held_up = 0 }: Action): boolean => held_up >= HELD_UP_FOR_GOOD;

/** Waits for a person, not for the network. */
export const isStopped = ({ refusal, conflict }: Action): boolean => refusal !== null || conflict !== null;

export function urlOf({ id, report }: Action, photo: WaitingPhoto | null, lang: string): string {
  const whole = `/api/v1/crew/${report === null ? 'reports' : 'actions'}/${id}`;
  if (!photo) return `${whole}?lang=${lang}`;
  return `${whole}/photos/${photo.id}?lang=${lang}${photo.moment ? `&moment=${photo.moment}` : ''}`;
}

type Beginning = Pick<Action, 'id' | 'by' | 'report' | 'content' | 'title' | 'place' | 'created_at' | 'photos'>;

export function actionOf(beginning: Beginning): Action {
  return { ...beginning, attempts: 0, not_before: 0, receipt: null, refusal: null, conflict: null, left_out: [] };
}

/** Stopped before, changed by a person: it goes again under its own id, since nothing was kept of it. */
export function again(action: Action, content: Deed | Fault): Action {
  return { ...action, content, attempts: 0, held_up: 0, not_before: 0, refusal: null, conflict: null };
}

/** What a conflict leaves to a person: the same step, based on what the report is now. */
export function rebased({ content, conflict }: Action): Deed | Fault {
  return conflict && isDeed(content) ? { ...content, version: conflict.report.version } : content;
}

/** The texts as a note, where the step itself no longer fits. */
export function asNote(action: Action): Deed | Fault {
  const { content } = action;
  if (!isDeed(content)) return content;
  const texts = [content.public_text, content.internal_text].filter(Boolean).join('\n\n');
  const note = { ...content, kind: texts ? 'note' : 'photos', status: null, public_text: '', internal_text: texts } as const;
  return { ...note, duplicate_of: null, owner: null };
}

/** Sent by a colleague on the same tablet, and marked with the name of who did it. */
export function handedOver(action: Action, to: Person): Action {
  const { content, by } = action;
  return { ...action, by: to, done_by: action.done_by ?? by, content: { ...content, handed_over_by: content.handed_over_by ?? by.id } };
}

/** What can be done with a report, and what becomes of the filled-in form. */
import type { Deed, Kind } from '../queue/action.ts';
import type { Ground, Report, Template } from '../types.ts';

/** A state to bring the report into, or something to add to it. */
export type Step = string;

const ADDING: readonly Step[] = ['note', 'ask_desk'];
/** Most visits end with the fault put right. */
const ORDER: readonly Step[] = ['fixed', 'in_progress', 'planned', 'received', 'ask_desk', 'note', 'waiting', 'no_action', 'not_ours', 'duplicate'];
/** Closed in one go with others: what was done is the same for all. */
export const FOR_SEVERAL: readonly Step[] = ['fixed', 'no_action', 'in_progress', 'planned'];

/** The ways on from a state, also from one that the server does not know of yet. */
export function stepsOf(report: Report, hasWaiting: boolean, transitions: Ground['transitions']): Step[] {
  const next = hasWaiting ? (transitions[report.status] ?? []) : report.next;
  const rank = (step: Step): number => ORDER.indexOf(step) + (ORDER.includes(step) ? 0 : ORDER.length + 1);
  return [...new Set([...next.filter((step) => step !== report.status), ...ADDING])].sort((a, b) => rank(a) - rank(b));
}

const kindOf = (step: Step): Kind => (ADDING.includes(step) ? (step as Kind) : 'status');

export interface Filled {
  readonly step: Step;
  readonly text: string;
  readonly internal: string;
  readonly minutes: string;
  readonly duplicate_of: string;
  readonly owner: string;
  readonly release: boolean;
  /** The numbers of neighbours that it was done to as well. */
  readonly also: readonly string[];
}

export const EMPTY: Omit<Filled, 'step'> = { text: '', internal: '', minutes: '', duplicate_of: '', owner: '', release: false, also: [] };

/** Whether nobody has filled in anything; a step is always chosen. */
export const isBlank = ({ text, internal, minutes, duplicate_of, owner, also }: Filled): boolean =>
  ![text, internal, minutes, duplicate_of, owner].some((words) => words.trim()) && also.length === 0;

/** Which field lacks what, by the key of its sentence. */
export function lacking(filled: Filled, photos: number): Readonly<Partial<Record<keyof Filled, string>>> {
  const { step, text, duplicate_of, minutes } = filled;
  const needed = step === 'ask_desk' ? 'ask_needed' : step === 'waiting' ? 'question_needed' : step === 'note' && photos === 0 ? 'note_needed' : '';
  const count = Number(minutes);
  return {
    ...(needed && !text.trim() && { text: needed }),
    ...(step === 'duplicate' && !duplicate_of.trim() && { duplicate_of: 'duplicate_needed' }),
    ...(minutes.trim() && (!Number.isInteger(count) || count < 1 || count > 1440) && { minutes: 'minutes_wrong' }),
  };
}

export function deedOf(report: Report, filled: Filled, photos: readonly string[], at: string): Deed {
  const { step, text, internal, minutes, duplicate_of, owner, release } = filled;
  const kind = kindOf(step);
  const isPublic = kind === 'status';
  return {
    report: report.number,
    kind: kind === 'note' && !text.trim() ? 'photos' : kind,
    version: report.version,
    status: isPublic ? step : null,
    public_text: isPublic ? text.trim() : '',
    internal_text: isPublic ? internal.trim() : text.trim(),
    minutes: minutes.trim() ? Number(minutes) : null,
    duplicate_of: step === 'duplicate' ? duplicate_of.trim() : null,
    owner: step === 'not_ours' && owner ? Number(owner) : null,
    release_photos: release && photos.length > 0,
    photos,
    done_at: at,
    handed_over_by: null,
  };
}

/** What was in the form of an action that came back. */
export function filledOf(deed: Deed): Filled {
  const isPublic = deed.kind === 'status';
  return {
    step: deed.status ?? (deed.kind === 'photos' ? 'note' : deed.kind),
    text: isPublic ? deed.public_text : deed.internal_text,
    internal: isPublic ? deed.internal_text : '',
    minutes: deed.minutes === null ? '' : String(deed.minutes),
    duplicate_of: deed.duplicate_of ?? '',
    owner: deed.owner === null ? '' : String(deed.owner),
    release: deed.release_photos,
    also: [],
  };
}

/** Templates that fit: of this category first, then those for all. */
export function templatesFor(templates: readonly Template[], category: string): Template[] {
  const fitting = templates.filter((one) => one.category === null || one.category === category);
  return fitting.sort((a, b) => Number(b.category !== null) - Number(a.category !== null));
}

/** A template in a language that is there, with what it names filled in. */
export function textOf({ texts }: Template, lang: string, { number, place_name, address }: Report): string {
  const text = [texts[lang], texts['nb'], ...Object.values(texts)].find((one) => one) ?? '';
  return text.replaceAll('{number}', number).replaceAll('{place}', place_name ?? address);
}

/** What a filled-in form becomes: the JSON of the API, and the item that waits on this device. */
import type { Item, Summary } from './store.ts';

/** The named values of a form in its order, as FormData has them, files left out. */
export type Values = readonly (readonly [name: string, value: string])[];

export interface Filled {
  readonly values: Values;
  /** The names of check boxes: these may be ticked several times, and are lists however many are. */
  readonly several: ReadonlySet<string>;
  readonly channel: string;
  readonly opened_seconds: number;
  readonly created_at: string;
}

const ANSWER = 'answers-';

function number(text: string): number | null {
  return text.trim() && Number.isFinite(Number(text)) ? Number(text) : null;
}

function answersOf({ values, several }: Filled): Record<string, string | string[]> {
  const answers: Record<string, string | string[]> = {};
  for (const [name, value] of values) {
    if (!name.startsWith(ANSWER) || !value.trim()) continue;
    const code = name.slice(ANSWER.length);
    const before = answers[code];
    answers[code] = several.has(name) ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return answers;
}

/** The body of `PUT /api/v1/reports/<uuid>`. */
export function payloadOf(filled: Filled): string {
  const last = new Map(filled.values);
  const text = (name: string): string => last.get(name)?.trim() ?? '';
  const lat = number(text('lat'));
  const lon = number(text('lon'));
  const contact = Object.fromEntries(['name', 'email', 'phone'].map((name) => [name, text(name)]));
  return JSON.stringify({
    category: text('category'),
    sign: text('sign_code') || null,
    place: number(text('place')),
    position: lat === null || lon === null ? null : { lat, lon, accuracy_m: number(text('accuracy_m')) },
    address: text('address') || null,
    description: text('description'),
    language: text('language') || null,
    contact: Object.values(contact).some(Boolean) ? contact : null,
    answers: answersOf(filled),
    channel: filled.channel,
    created_at: filled.created_at,
    ...(text('website') && { website: text('website') }),
    ...(last.has('opened_at') && { opened_seconds: filled.opened_seconds }),
  });
}

export interface Outline {
  readonly id: string;
  readonly payload: string;
  readonly summary: Summary;
  readonly created_at: string;
  readonly language: string;
  readonly page: string;
  readonly values: Values;
  readonly shared: boolean;
}

/** A report as it is put into the box; its photos are added there. */
export function itemOf(outline: Outline): Item {
  const { values, ...kept } = outline;
  return {
    ...kept,
    kind: 'report',
    url: `/api/v1/reports/${outline.id}?lang=${outline.language}`,
    draft: JSON.stringify(values),
    photos: [],
    attempts: 0,
    not_before: 0,
    refusal: null,
    receipt: null,
  };
}

export type Fault = readonly [name: string, sentence: string];

/** The server's sentences by the form's own names; the whole refusal where no field is named. */
export function faultsOf(refusal: { readonly message: string; readonly fields: Readonly<Record<string, unknown>> }): Fault[] {
  const beside: Readonly<Record<string, string>> = { sign: 'address', position: 'address', lat: 'address', lon: 'address' };
  const flat = (value: unknown, name: string): Fault[] => {
    if (typeof value === 'string') return [[beside[name] ?? name, value]];
    if (Array.isArray(value)) return value.slice(0, 1).flatMap((one) => flat(one, name));
    return Object.entries((value ?? {}) as Record<string, unknown>).flatMap(([key, inner]) =>
      flat(inner, key === '_schema' ? name : name === 'answers' ? ANSWER + key : key),
    );
  };
  const faults = flat(refusal.fields, '');
  return faults.length ? faults : [['', refusal.message]];
}

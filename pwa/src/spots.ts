/** Spots that a resident may mean: asked for at our API, and shown as lines of a list. */

export interface Here {
  readonly lat: number;
  readonly lon: number;
  /** How far off the device thinks it may be; null for a spot on the map. */
  readonly accuracy: number | null;
}

export interface FoundPlace {
  readonly id: number;
  readonly name: string;
  readonly kind_name: string;
  readonly distance_m: number | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly url: string;
}

export interface FoundAddress {
  readonly text: string;
  readonly lat: number;
  readonly lon: number;
}

export interface Spots {
  readonly places: readonly FoundPlace[];
  readonly addresses: readonly FoundAddress[];
  readonly addresses_available: boolean;
  readonly inside: boolean | null;
}

/** What a line of a list stands for: a place, or a position with the words for it. */
export interface Choice {
  readonly place?: { readonly id: number; readonly name: string };
  readonly here?: Here;
  readonly text: string;
  /** Whether the words are an address that goes with the report. */
  readonly isAddress?: boolean;
}

/** What the lines on this page stand for; the form reads it when one is tapped. */
export const choices = new WeakMap<Element, Choice>();

/** More are a list to read, not one to see one's own place in. */
export const MOST_NEAR = 5;

/** Five decimals are a metre; more would say more of a person than anybody needs. */
const DECIMALS = 5;

export class NoAnswer extends Error {}

/** An address of ours in the language this page was asked for. */
export function ours(path: string, parameters: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(path, location.origin);
  const lang = new URLSearchParams(location.search).get('lang');
  for (const [name, value] of Object.entries(lang ? { lang, ...parameters } : parameters)) url.searchParams.set(name, value);
  return url;
}

/** Asks our server; throws NoAnswer where it cannot be reached or does not know an answer now. */
export async function ask<Answer>(path: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal | null = null): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(ours(path, parameters), { signal });
  } catch (error) {
    if (error instanceof TypeError) throw new NoAnswer();
    throw error;
  }
  if (!answer.ok) throw new NoAnswer();
  return (await answer.json()) as Answer;
}

export function at({ lat, lon }: Here): Record<string, string> {
  return { lat: lat.toFixed(DECIMALS), lon: lon.toFixed(DECIMALS) };
}

export function findSpots(parameters: Readonly<Record<string, string>>, signal: AbortSignal | null = null): Promise<Spots> {
  return ask<Spots>('/api/v1/spots', parameters, signal);
}

/** Metres as people say them: 42 m, 180 m, 1.3 km. A browser that lacks a language's words borrows those of a kin. */
export function inWords(metres: number, language: string): string {
  // What would be rounded up to a thousand metres is a kilometre.
  const far = metres >= 995;
  const step = metres < 100 ? 1 : 10;
  const amount = far ? metres / 1000 : Math.round(metres / step) * step;
  const languages = language === 'nn' ? ['nb'] : [language, 'nb'];
  return new Intl.NumberFormat(languages, {
    style: 'unit',
    unit: far ? 'kilometer' : 'meter',
    maximumFractionDigits: far && amount < 10 ? 1 : 0,
  })
    .format(amount)
    .replaceAll(' ', '\u00a0');
}

export function metres(value: number): string {
  return inWords(value, document.documentElement.lang);
}

/** Puts values into a sentence of the page: «Position chosen: {distance} from {place}». */
export function fill(sentence: string | undefined, values: Readonly<Record<string, string>>): string {
  return (sentence ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Where a place leads: into the form, where there is one, else to its own page. */
export function linkTo(place: FoundPlace, to: string | undefined): string {
  if (!to) return place.url;
  const url = new URL(to, location.origin);
  url.searchParams.set('place', String(place.id));
  return url.pathname + url.search;
}

export function line(href: string, text: string, note: string, choice?: Choice): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = href;
  link.append(text);
  if (note) {
    const more = document.createElement('span');
    more.className = 'muted';
    more.textContent = ` ${note}`;
    link.append(more);
  }
  if (choice) choices.set(link, choice);
  item.append(link);
  return item;
}

export function placeLine(place: FoundPlace, to: string | undefined): HTMLLIElement {
  const { id, name, kind_name, distance_m } = place;
  const note = distance_m === null ? kind_name : `${kind_name} · ${metres(distance_m)}`;
  return line(linkTo(place, to), name, note, { place: { id, name }, text: name });
}

export function titled(title: string | undefined, lines: readonly HTMLLIElement[]): Node[] {
  if (lines.length === 0) return [];
  const heading = document.createElement('h3');
  heading.textContent = title ?? '';
  const list = document.createElement('ul');
  list.className = 'links';
  list.append(...lines);
  return [heading, list];
}

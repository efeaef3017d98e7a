/** The sentences of the app, which its page carries (`app/crew/texts.py`), and times as its readers write them. */

let texts: Readonly<Record<string, string>> = {};

export function learnTexts(json: string): void {
  texts = JSON.parse(json) as Readonly<Record<string, string>>;
}

type Values = Readonly<Record<string, string | number>>;

export function say(key: string, values: Values = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text that counts; the languages of staff have one form for one and another for all else. */
export function count(one: string, many: string, n: number, values: Values = {}): string {
  return say(n === 1 ? one : many, { n, ...values });
}

/** No browser knows nynorsk's names of days; bokmål's are the nearest. */
const localesOf = (lang: string): string[] => (lang === 'en' ? ['en-GB'] : ['nb-NO']);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** Today as a clock time, any other day as a date. */
export function timeOf(iso: string, lang: string, now = new Date()): string {
  const at = new Date(iso);
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', ...(at.getFullYear() !== now.getFullYear() && { year: 'numeric' }) };
  return new Intl.DateTimeFormat(localesOf(lang), isSameDay(at, now) ? clock : { ...day, ...clock }).format(at);
}

/** How far off a deadline is: hours within a day, days beyond. */
export function untilDue(iso: string, now: number): { readonly late: boolean; readonly hours: number; readonly days: number } {
  const left = Date.parse(iso) - now;
  const size = Math.abs(left);
  return { late: left < 0, hours: Math.max(Math.round(size / (60 * MINUTE_MS)), 1), days: Math.round(size / DAY_MS) };
}

export function dueWords(iso: string | null, now = Date.now()): string {
  if (iso === null) return '';
  const { late, hours, days } = untilDue(iso, now);
  if (days >= 1) return late ? count('late_day', 'late_days', days) : count('due_day', 'due_days', days);
  return late ? count('late_hour', 'late_hours', hours) : count('due_hour', 'due_hours', hours);
}

/** The server's answers to what this app reads, told apart: ours, the same as before, signed out, or none of ours. */
import type { Answered } from '../offline/asking.ts';
import { ask, isRefusal } from '../offline/asking.ts';
import type { Ground, Person, Report, Worklist } from './types.ts';

export type Read<Content> =
  | { readonly kind: 'new'; readonly content: Content; readonly etag: string }
  | { readonly kind: 'same' }
  /** `gone`: who was signed out of this tablet from somewhere else; what it keeps of theirs is to be erased. */
  | { readonly kind: 'signed_out'; readonly gone: readonly number[] }
  | { readonly kind: 'not_allowed' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'none' };

function readOf<Content>(answered: Answered | null, isOurs: (content: Readonly<Record<string, unknown>>) => boolean): Read<Content> {
  if (!answered) return { kind: 'none' };
  const { status, content, headers } = answered;
  const etag = headers.get('ETag') ?? '';
  if (status === 304) return { kind: 'same' };
  if (status === 200 && content && isOurs(content)) return { kind: 'new', content: content as Content, etag };
  if (!isRefusal(content)) return { kind: 'none' };
  if (status === 401) return { kind: 'signed_out', gone: (content as { people?: readonly number[] }).people ?? [] };
  if (status === 403) return { kind: 'not_allowed' };
  return status === 404 ? { kind: 'missing' } : { kind: 'none' };
}

const BASE = '/api/v1/crew';

async function read<Content>(path: string, lang: string, etag: string, isOurs: (content: Readonly<Record<string, unknown>>) => boolean): Promise<Read<Content>> {
  const headers: Record<string, string> = etag ? { 'If-None-Match': etag } : {};
  return readOf(await ask(`${BASE}/${path}?lang=${lang}`, { headers }, 0), isOurs);
}

export const readWorklist = (lang: string, etag: string): Promise<Read<Worklist>> =>
  read('worklist', lang, etag, ({ me, reports }) => Array.isArray(reports) && typeof me === 'object');

export const readGround = (lang: string, etag: string): Promise<Read<Ground>> =>
  read('ground', lang, etag, ({ categories, statuses }) => Array.isArray(categories) && typeof statuses === 'object');

export const readReport = (number: string, lang: string): Promise<Read<Report>> =>
  read(`reports/${encodeURIComponent(number)}`, lang, '', (content) => content['number'] === number);

export interface AtSign {
  readonly sign: string;
  readonly place: { readonly id: number; readonly name: string } | number | null;
  readonly reports: readonly Report[];
}

export const readSign = (code: string, lang: string): Promise<Read<AtSign>> =>
  read(`signs/${encodeURIComponent(code)}`, lang, '', ({ reports }) => Array.isArray(reports));

/** Who may unlock this tablet, and who is signed in now. */
export interface Tablet {
  readonly people: readonly { readonly id: string; readonly staff: number; readonly name: string }[];
  /** Those that were ended from somewhere else. */
  readonly ended: readonly string[];
  /** Whose sign-in was, with or without a PIN. */
  readonly signed_out: readonly number[];
  readonly me: Person | null;
}

export const readTablet = (): Promise<Read<Tablet>> => read('tablet', 'nb', '', ({ people }) => Array.isArray(people));

export type Written =
  | { readonly kind: 'done'; readonly content: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly left: number | null }
  | { readonly kind: 'none' };

/** Settings of the tablet: answered at once or not at all, they never wait. */
export async function write(method: 'POST' | 'DELETE', path: string, lang: string, content: Readonly<Record<string, unknown>> = {}): Promise<Written> {
  const body = JSON.stringify(content);
  const answered = await ask(`${BASE}/${path}?lang=${lang}`, { method, body, headers: { 'Content-Type': 'application/json' } }, body.length);
  if (!answered) return { kind: 'none' };
  if (answered.status >= 200 && answered.status < 300 && (answered.content ?? answered.status === 204)) return { kind: 'done', content: answered.content ?? {} };
  if (!isRefusal(answered.content)) return { kind: 'none' };
  const { code, message } = answered.content;
  const { left } = answered.content as { left?: unknown };
  return { kind: 'refused', code, message, left: typeof left === 'number' ? left : null };
}

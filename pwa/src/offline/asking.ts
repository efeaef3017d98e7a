/** Asks our server with a time limit that grows with what is sent. Whatever is no answer of ours is none at all. */

const BASE_TIME_MS = 20_000;
/** Slower than this no photo arrives while anybody still has the page open. */
const SLOWEST_BYTES_PER_MS = 5;
const FIRST_WAIT_MS = 2_000;
export const LONGEST_WAIT_MS = 300_000;
/** Not a verdict on the content: too slow, too many. */
export const COME_BACK_LATER = [408, 429];

export interface Answered {
  readonly status: number;
  /** Null where it is no JSON. */
  readonly content: Readonly<Record<string, unknown>> | null;
  readonly wait_ms: number;
  readonly headers: Headers;
}

export function waitAfter(attempts: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS);
}

/** No wait is longer than the longest: what is further ahead was noted before the clock was put back, and is due. */
export function waitUntil(not_before: number, now: number): number {
  const wait = not_before - now;
  return wait > LONGEST_WAIT_MS ? 0 : Math.max(wait, 0);
}

/** A problem in our own form; a page of somebody between us has none. */
export function isRefusal(body: unknown): body is { readonly code: string; readonly message: string; readonly fields?: Readonly<Record<string, unknown>> } {
  const { code, message } = (body ?? {}) as Record<string, unknown>;
  return typeof code === 'string' && typeof message === 'string';
}

function retryAfter(header: string | null): number {
  return Math.min(Number(header ?? 0) * 1000 || 0, LONGEST_WAIT_MS);
}

/** Null for no network, no time left, a redirect to somewhere else, half an answer: all the same to who asked. */
export async function ask(url: string, init: RequestInit, size: number): Promise<Answered | null> {
  // Phones of 2021 have no AbortSignal.timeout.
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, BASE_TIME_MS + Math.ceil(size / SLOWEST_BYTES_PER_MS));
  try {
    const response = await fetch(url, { ...init, redirect: 'error', cache: 'no-store', signal: limit.signal });
    const { status, headers } = response;
    const isJson = headers.get('Content-Type')?.startsWith('application/json');
    return {
      status,
      headers,
      content: isJson ? ((await response.json()) as Readonly<Record<string, unknown>> | null) : null,
      wait_ms: retryAfter(headers.get('Retry-After')),
    };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

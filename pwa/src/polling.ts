/** Asks our server again and again for what has happened, while somebody looks at the page. */

export const EVERY_MS = 15_000;
export const AT_MOST_MS = 240_000;

/** How long to wait: the usual time, and twice as long after each failure in a row. */
export function pauseAfter(failures: number): number {
  return Math.min(EVERY_MS * 2 ** failures, AT_MOST_MS);
}

export interface Polling<News> {
  readonly address: () => URL;
  readonly apply: (news: News) => void;
  /** Called when the server begins or ceases to answer. */
  readonly tell: (isLive: boolean) => void;
}

export function poll<News>({ address, apply, tell }: Polling<News>): void {
  let version = '';
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;

  const ask = async (): Promise<void> => {
    const headers = version ? { 'If-None-Match': version } : {};
    const answer = await fetch(address(), { headers, cache: 'no-store' });
    if (answer.status === 304) return;
    // Whoever is signed out is led to another page, which is no answer.
    if (!answer.ok || answer.redirected) throw new TypeError('no answer');
    apply((await answer.json()) as News);
    version = answer.headers.get('ETag') ?? '';
  };

  const run = async (): Promise<void> => {
    clearTimeout(timer);
    if (asking || document.visibilityState !== 'visible') return;
    asking = true;
    const failed = await ask().then(
      () => false,
      () => true,
    );
    asking = false;
    if (failed !== failures > 0) tell(!failed);
    failures = failed ? failures + 1 : 0;
    timer = setTimeout(() => void run(), pauseAfter(failures));
  };

  document.addEventListener('visibilitychange', () => void run());
  window.addEventListener('online', () => void run());
  timer = setTimeout(() => void run(), pauseAfter(0));
}

/** A slow phone is never idle; the work is then done after so long all the same. */
const LATEST_MS = 3_000;

/** Does something once the page has all it needs. */
export function whenIdle(work: () => void): void {
  const idle = (): void => {
    if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: LATEST_MS });
    else setTimeout(work, 200);
  };
  if (document.readyState === 'complete') idle();
  else addEventListener('load', idle);
}

/** Registers the worker, and tells it which language to keep ready. */
export function startWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const register = async (): Promise<void> => {
    await navigator.serviceWorker.register('/worker.js');
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage({ lang: document.documentElement.lang });
  };
  whenIdle(() => {
    // Private windows refuse a worker; every page works without one.
    void register().catch(() => undefined);
  });
}

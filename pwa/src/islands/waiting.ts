/** On every page: sends what waits on this device, and links to it as long as there is something. */
import type { News } from '../offline/sender.ts';
import { CHANNEL, send } from '../offline/sender.ts';
import { inStore } from '../offline/store.ts';
import { KEEPS_SOMETHING } from './outbox-loader.ts';

const STORE_AGAIN_MS = 30_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
let asked = 0;

/** Sends all that is due, and comes back by itself while something is left. */
export async function sendWaiting(): Promise<void> {
  if (running) {
    asked += 1;
    return;
  }
  running = true;
  clearTimeout(timer);
  try {
    let seen: number;
    do {
      seen = asked;
      const wait = await send();
      clearTimeout(timer);
      if (wait !== null) timer = setTimeout(() => void sendWaiting(), wait);
      await showCount();
    } while (seen !== asked);
  } catch {
    // No store on this device, as in some private windows, or one that did not answer in time.
    timer = setTimeout(() => void sendWaiting(), STORE_AGAIN_MS);
  } finally {
    running = false;
  }
}

async function showCount(): Promise<void> {
  const [items, receipts] = await inStore('readonly', (store) => Promise.all([store.all('outbox'), store.all('mine')]));
  const waiting = items.filter((item) => !item.shared).length;
  const anything = items.length + receipts.length > 0;
  if (anything) localStorage.setItem(KEEPS_SOMETHING, '');
  else localStorage.removeItem(KEEPS_SOMETHING);
  for (const link of document.querySelectorAll<HTMLElement>('[data-mine]')) {
    link.hidden = waiting + receipts.length === 0;
    const count = link.querySelector<HTMLElement>('[data-count]');
    if (count) {
      count.hidden = waiting === 0;
      count.textContent = `(${String(waiting)})`;
    }
  }
}

export function startSending(): void {
  new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }: MessageEvent<News | string>) => {
    if (data === 'send') void sendWaiting();
    else void showCount().catch(() => undefined);
  });
  const wake = (): void => {
    if (document.visibilityState === 'visible') void sendWaiting();
  };
  addEventListener('online', wake);
  addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', wake);
  wake();
}

/** A bonus where it exists: the browser wakes the worker when there is network, also with every page closed. */
export async function askForSync(): Promise<void> {
  const registration = await (navigator as Partial<Navigator>).serviceWorker?.getRegistration();
  await (registration as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync?.register(CHANNEL);
}

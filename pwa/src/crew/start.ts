/** Reads what the tablet keeps, and sets going what goes on by itself. */
import { learnSessions, lockIfIdle, saveOwner, touch } from './lock/session.ts';
import { isIdle } from './lock/pin.ts';
import { look, seeRoom, sendNow } from './outgoing.ts';
import { language, get, set } from './state.ts';
import { inStore } from './store.ts';
import { EVERY_MS, recall, sync } from './sync.ts';

const IDLE_LOOK_MS = 30_000;

/** The one who used the tablet last, with what was kept for them; after a quarter of an hour it is locked. */
export async function recallAll(): Promise<void> {
  const [people] = await Promise.all([inStore('readonly', (store) => store.all('people')), look(false)]);
  const [last] = [...people].sort((a, b) => b.active_at - a.active_at);
  set({ people, owner: last ?? null });
  if (!last) return;
  if (last.session !== null && isIdle(last.active_at, Date.now())) await saveOwner({ ...last, locked: true, lock_sent: false });
  if (get().owner?.locked === false) await recall(last.id);
}

async function round(anew = false): Promise<void> {
  if (document.visibilityState !== 'visible') return;
  void seeRoom();
  if (get().owner?.locked === true) await learnSessions();
  // Locked still, it has sent what it could before the server was told.
  if (get().owner?.locked === true) return;
  await sync();
  await sendNow(anew);
}

function watchWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const register = async (): Promise<void> => {
    const registration = await navigator.serviceWorker.register('/crew/worker.js', { scope: '/crew' });
    (registration.active ?? registration.waiting ?? registration.installing)?.postMessage({ lang: language() });
  };
  // Private windows refuse a worker; with network the app works without one.
  register().catch(() => undefined);
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (data === 'crew-update') set({ has_update: true });
  });
}

export function startWork(): void {
  watchWorker();
  void round(true);
  setInterval(() => void round(), EVERY_MS);
  setInterval(() => void lockIfIdle(), IDLE_LOOK_MS);
  addEventListener('online', () => void round(true));
  addEventListener('offline', () => {
    set({ link: 'offline' });
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void lockIfIdle().then(() => round(true));
  });
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => void touch(), { passive: true });
}


import type { Island } from '../islands.ts';

/** A service worker that is not ready by then is not coming. */
const WORKER_TIMEOUT_MS = 10_000;

class Refused extends Error {}

/** The bytes of a text in base64url, as a browser wants the server's key. */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Which reports this phone is told of: kept here, since the server knows the browser and not the phone's owner. */
export class Followed {
  readonly #name: string;
  readonly #storage: Storage;

  constructor(number: string, storage: Storage) {
    this.#name = `push-${number}`;
    this.#storage = storage;
  }

  get endpoint(): string | null {
    return this.#storage.getItem(this.#name);
  }

  set endpoint(endpoint: string | null) {
    if (endpoint === null) this.#storage.removeItem(this.#name);
    else this.#storage.setItem(this.#name, endpoint);
  }
}

async function worker(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => {
      reject(new Error('no service worker'));
    }, WORKER_TIMEOUT_MS);
  });
  return Promise.race([navigator.serviceWorker.ready, late]);
}

async function subscribe(publicKey: string): Promise<PushSubscription> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Refused();
  const { pushManager } = await worker();
  const key = bytesOf(publicKey);
  const known = await pushManager.getSubscription();
  const knownKey = known?.options.applicationServerKey;
  if (known && knownKey && sameBytes(new Uint8Array(knownKey), key)) return known;
  // The server has another key now, and the browser holds to the old one until it is told to let go.
  await known?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function send(method: 'PUT' | 'DELETE', number: string, body: unknown): Promise<void> {
  const answer = await fetch(`/api/v1/reports/by-number/${number}/push-subscriptions`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`answered with ${String(answer.status)}`);
}

/** A button that has this browser told of a report, and the same button to be told no more. */
export const push: Island = (root) => {
  const button = root.querySelector('button');
  const said = root.querySelector('[role="status"]');
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  if (!button || !said || !able || Notification.permission === 'denied') return;

  const { number = '', language, pushKey = '', reporterKey = '', stop = '', atWork } = root.dataset;
  const start = button.textContent;
  const followed = new Followed(number, localStorage);

  const show = (): void => {
    button.textContent = followed.endpoint === null ? start : stop;
  };

  const begin = async (): Promise<string> => {
    const { endpoint, keys } = (await subscribe(pushKey)).toJSON();
    await send('PUT', number, { endpoint, keys, language, key: reporterKey, at_work: atWork !== undefined });
    followed.endpoint = endpoint ?? null;
    return root.dataset['started'] ?? '';
  };

  const end = async (): Promise<string> => {
    await send('DELETE', number, { endpoint: followed.endpoint });
    followed.endpoint = null;
    return root.dataset['stopped'] ?? '';
  };

  const press = async (): Promise<void> => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    try {
      said.textContent = await (followed.endpoint === null ? begin() : end());
    } catch (error) {
      said.textContent = (error instanceof Refused ? root.dataset['refused'] : root.dataset['failed']) ?? '';
    }
    button.ariaDisabled = null;
    show();
  };

  button.addEventListener('click', () => void press());
  show();
  root.hidden = false;
};

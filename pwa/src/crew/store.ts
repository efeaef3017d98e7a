/**
 * What the tablet keeps: what waits to be sent (`actions`, with the bytes of their photos in `photos`), what has been sent
 * lately (`sent`), the people of this tablet (`people`), and each one's worklist, ground and drafts (`kept`). Drafts have no
 * table of their own: a tab with an older make of this app must go on writing. Photos are
 * ArrayBuffers: blobs have broken again and again in WebKit's IndexedDB.
 */
import type { Action, Sent } from './queue/action.ts';
import type { Verifier } from './lock/pin.ts';
import type { Ground, Moment, Worklist } from './types.ts';

/** A person who uses this tablet, as it knows them without network. */
export interface Owner {
  readonly id: number;
  readonly name: string;
  /** The tablet session at the server; null while there is none. */
  readonly session: string | null;
  readonly verifier: Verifier | null;
  readonly wrong: number;
  readonly locked: boolean;
  /** Whether the server has been told of the lock; until then it may still know who had the tablet. */
  readonly lock_sent?: boolean;
  readonly active_at: number;
}

/** A form that is not saved yet; the bytes of its photos lie where those of the queue do. */
export interface KeptDraft {
  /** As the form itself has it. */
  readonly filled: unknown;
  readonly photos: readonly { readonly id: string; readonly type: string; readonly moment: Moment | null }[];
}

export interface Kept {
  readonly id: string;
  readonly etag: string;
  readonly content: Worklist | Ground | KeptDraft;
}

export interface PhotoBytes {
  readonly id: string;
  readonly bytes: ArrayBuffer;
}

interface Tables {
  readonly actions: Action;
  readonly photos: PhotoBytes;
  readonly sent: Sent;
  readonly people: Owner;
  readonly kept: Kept;
}

type Name = keyof Tables;
const NAMES: Name[] = ['actions', 'photos', 'sent', 'people', 'kept'];
const DATABASE = 'vof-crew';
/** Where the store does not answer, the app says so instead of standing still. */
const LIMIT_MS = 4_000;

let opening: Promise<IDBDatabase> | undefined;

function openStore(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      for (const name of NAMES) request.result.createObjectStore(name, { keyPath: 'id' });
    };
    request.onsuccess = () => {
      const store = request.result;
      // A newer make of this app in another tab must not wait for this one.
      store.onversionchange = () => {
        store.close();
        opening = undefined;
      };
      store.onclose = () => {
        opening = undefined;
      };
      resolve(store);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB'));
    };
    // Some browsers never say a word to it.
    setTimeout(reject, LIMIT_MS, new Error('IndexedDB'));
  }).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** Reads and writes of one transaction. */
export class Work {
  readonly #transaction: IDBTransaction;

  constructor(transaction: IDBTransaction) {
    this.#transaction = transaction;
  }

  get<N extends Name>(name: N, id: string | number): Promise<Tables[N] | undefined> {
    return answer(this.#transaction.objectStore(name).get(id) as IDBRequest<Tables[N] | undefined>);
  }

  all<N extends Name>(name: N): Promise<Tables[N][]> {
    return answer(this.#transaction.objectStore(name).getAll() as IDBRequest<Tables[N][]>);
  }

  put<N extends Name>(name: N, row: Tables[N]): void {
    this.#transaction.objectStore(name).put(row);
  }

  delete(name: Name, id: string | number): void {
    this.#transaction.objectStore(name).delete(id);
  }
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB'));
    };
  });
}

/** All of the work is kept, on the disk, or none of it. `work` may wait for nothing but the store itself. */
export async function inStore<Result>(mode: 'readonly' | 'readwrite', work: (store: Work) => Promise<Result> | Result): Promise<Result> {
  const begin = async (): Promise<IDBTransaction> => (await openStore()).transaction(NAMES, mode, { durability: 'strict' });
  // WebKit loses the connection without a word now and then; a new one serves.
  const transaction = await begin().catch(() => {
    opening = undefined;
    return begin();
  });
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error('IndexedDB'));
    };
  });
  try {
    const [result] = await Promise.all([work(new Work(transaction)), ended]);
    return result;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It has ended already; its own events tell how.
    }
    throw error;
  }
}

export const worklistOf = (person: number): string => `worklist:${String(person)}`;
export const groundOf = (person: number): string => `ground:${String(person)}`;

/** The form is that of a report, by its number, or `new`. */
export const draftOf = (person: number, form: string): string => `draft:${String(person)}:${form}`;

/** Forgets all that a person could read here; what waits to be sent stays. */
export async function forget(person: number): Promise<void> {
  await inStore('readwrite', async (store) => {
    store.delete('kept', worklistOf(person));
    store.delete('kept', groundOf(person));
    store.delete('people', person);
    for (const { id, content } of await store.all('kept')) {
      if (!id.startsWith(draftOf(person, ''))) continue;
      store.delete('kept', id);
      for (const photo of (content as KeptDraft).photos) store.delete('photos', photo.id);
    }
    for (const { id, by } of await store.all('sent')) if (by.id === person) store.delete('sent', id);
  });
}

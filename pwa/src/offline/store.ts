/**
 * What this device keeps: reports that wait (`outbox`) with the bytes of their photos (`photos`), and the receipts of
 * those that arrived (`mine`). Page and worker share it. Photos are ArrayBuffers: blobs have broken again and again in
 * WebKit's IndexedDB.
 */

export interface Receipt {
  readonly id: string;
  readonly number: string;
  /** The status page on this host, with the reporter's key. */
  readonly path: string;
  readonly summary: Summary;
  readonly at: string;
  /** Why photos were left out, in the server's words. */
  readonly left_out: readonly string[];
}

export interface Summary {
  readonly category: string;
  readonly where: string;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface WaitingPhoto {
  readonly id: string;
  readonly type: string;
  /** Once the server may have seen it, another picture under the same id would be a conflict. */
  readonly tried: boolean;
  readonly not_before: number;
  readonly attempts: number;
}

export interface Item {
  readonly id: string;
  readonly kind: 'report' | 'follow' | 'sign';
  readonly url: string;
  /** JSON, kept as it was first written so that every try is the same to the byte; empty once received. */
  readonly payload: string;
  readonly summary: Summary;
  readonly created_at: string;
  readonly language: string;
  /** Where the form can be opened again, and what was in it. */
  readonly page: string;
  readonly draft: string;
  /** On a device for everybody nothing is listed and no receipt stays. */
  readonly shared: boolean;
  readonly photos: readonly WaitingPhoto[];
  readonly attempts: number;
  readonly not_before: number;
  readonly refusal: Refusal | null;
  readonly receipt: Receipt | null;
}

export interface PhotoBytes {
  readonly id: string;
  readonly bytes: ArrayBuffer;
}

interface Tables {
  readonly outbox: Item;
  readonly photos: PhotoBytes;
  readonly mine: Receipt;
}

type Name = keyof Tables;
const NAMES: Name[] = ['outbox', 'photos', 'mine'];
/** A store that does not answer must not keep a report from being sent another way. */
const LIMIT_MS = 4_000;

let opening: Promise<IDBDatabase> | undefined;

export function openStore(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('vof', 1);
    request.onupgradeneeded = () => {
      for (const name of NAMES) request.result.createObjectStore(name, { keyPath: 'id' });
    };
    // Some browsers never say a word to it.
    setTimeout(reject, LIMIT_MS, new Error('IndexedDB'));
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB'));
    };
    request.onsuccess = () => {
      const database = request.result;
      // A newer page wants to change the tables, or the browser has cleared them.
      database.onversionchange = database.onclose = () => {
        database.close();
        opening = undefined;
      };
      resolve(database);
    };
  }).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** One transaction over all tables. */
export class Work {
  readonly #transaction: IDBTransaction;

  constructor(transaction: IDBTransaction) {
    this.#transaction = transaction;
  }

  get<N extends Name>(name: N, id: string): Promise<Tables[N] | undefined> {
    return answer(this.#transaction.objectStore(name).get(id) as IDBRequest<Tables[N] | undefined>);
  }

  all<N extends Name>(name: N): Promise<Tables[N][]> {
    return answer(this.#transaction.objectStore(name).getAll() as IDBRequest<Tables[N][]>);
  }

  put<N extends Name>(name: N, row: Tables[N]): void {
    this.#transaction.objectStore(name).put(row);
  }

  delete(name: Name, id: string): void {
    this.#transaction.objectStore(name).delete(id);
  }

  /** Takes an item out of the box with all its photos. */
  discard(item: Item): void {
    this.delete('outbox', item.id);
    for (const photo of item.photos) this.delete('photos', photo.id);
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

/**
 * All of the work is kept, on the disk, or none of it. `work` may wait for nothing but the store itself.
 */
export async function inStore<Result>(
  mode: 'readonly' | 'readwrite',
  work: (store: Work) => Promise<Result> | Result,
): Promise<Result> {
  const begin = async (): Promise<IDBTransaction> => (await openStore()).transaction(NAMES, mode, { durability: 'strict' });
  // WebKit loses the connection without a word now and then; a new one serves.
  const transaction = await begin().catch((error: unknown) => {
    if (!opening) throw error;
    opening = undefined;
    return begin();
  });
  const stop = (): void => {
    try {
      transaction.abort();
    } catch {
      // It has ended already; its own events tell how.
    }
  };
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error('IndexedDB'));
    };
  });
  const limit = setTimeout(stop, LIMIT_MS);
  try {
    const [result] = await Promise.all([work(new Work(transaction)), ended]);
    return result;
  } catch (error) {
    stop();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/** Crypto's own randomUUID is missing on plain http, where a phone may try us out. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

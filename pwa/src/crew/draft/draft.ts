/**
 * What is filled in of a form and not saved yet. It is kept on the disk with its photos, since a tablet may end the page
 * while its camera is open; it goes when it is saved, thrown away, or when its person signs out.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Taken } from '../outgoing.ts';
import { hasKept } from '../outgoing.ts';
import type { KeptDraft } from '../store.ts';
import { draftOf, inStore } from '../store.ts';

export interface Draft<Filled> {
  readonly filled: Filled;
  readonly photos: readonly Taken[];
}

/** So long after the last letter it is written down; a photo at once. */
const WAIT_MS = 300;

function readDraft<Filled>(person: number, form: string): Promise<Draft<Filled> | null> {
  return inStore('readonly', async (store) => {
    const kept = await store.get('kept', draftOf(person, form));
    if (!kept) return null;
    const { filled, photos } = kept.content as KeptDraft;
    const bytes = await Promise.all(photos.map(({ id }) => store.get('photos', id)));
    const taken = photos.flatMap(({ id, type, moment }, nth) => {
      const found = bytes[nth];
      return found ? [{ id, moment, picture: { type, bytes: found.bytes } }] : [];
    });
    return { filled: filled as Filled, photos: taken };
  });
}

/** Null throws it away. Nothing is written for somebody who has signed out meanwhile. */
function keepDraft(person: number, form: string, draft: Draft<unknown> | null): Promise<boolean> {
  const id = draftOf(person, form);
  const write = inStore('readwrite', async (store) => {
    const before = ((await store.get('kept', id))?.content as KeptDraft | undefined)?.photos ?? [];
    if (!(await store.get('people', person))) return;
    const now = draft?.photos ?? [];
    for (const photo of before) if (!now.some((one) => one.id === photo.id)) store.delete('photos', photo.id);
    for (const photo of now) if (!before.some((one) => one.id === photo.id)) store.put('photos', { id: photo.id, bytes: photo.picture.bytes });
    if (!draft) {
      store.delete('kept', id);
      return;
    }
    const photos = now.map(({ id: photo, picture, moment }) => ({ id: photo, type: picture.type, moment }));
    store.put('kept', { id, etag: '', content: { filled: draft.filled, photos } });
  });
  return hasKept(write);
}

export interface LeftHere<Filled> {
  /** Undefined while it is being read, null where there is none. */
  readonly kept: Draft<Filled> | null | undefined;
  /** Throws it away; the form begins anew. */
  readonly discard: () => void;
}

/** What was left of a form the last time. */
export function useKept<Filled>(person: number, form: string): LeftHere<Filled> {
  const [kept, keep] = useState<Draft<Filled> | null | undefined>(undefined);
  useEffect(() => {
    void readDraft<Filled>(person, form).then(keep);
  }, []);
  return {
    kept,
    discard: () => {
      void keepDraft(person, form, null);
      keep(null);
    },
  };
}

export interface Drafting<Filled> {
  readonly draft: Draft<Filled>;
  readonly fill: (changes: Partial<Filled>) => void;
  readonly setPhotos: (change: (before: readonly Taken[]) => readonly Taken[]) => void;
  /** Nothing is written any more, or it is again: what is being saved must not come back as a draft. */
  readonly pause: (isPaused: boolean) => void;
}

/** Writes down each change: soon, at once when the page is left, and never one that was saved. A blank form is not kept. */
export function useDraft<Filled>(person: number, form: string, first: Draft<Filled>, isBlank: (filled: Filled) => boolean): Drafting<Filled> {
  const [draft, set] = useState(first);
  const written = useRef(draft);
  const latest = useRef(draft);
  const isPaused = useRef(false);
  latest.current = draft;
  const write = (): void => {
    if (isPaused.current || written.current === latest.current) return;
    written.current = latest.current;
    const { filled, photos } = latest.current;
    void keepDraft(person, form, isBlank(filled) && photos.length === 0 ? null : latest.current);
  };
  useEffect(() => {
    const timer = setTimeout(write, draft.photos === written.current.photos ? WAIT_MS : 0);
    return () => {
      clearTimeout(timer);
    };
  }, [draft]);
  useEffect(() => {
    document.addEventListener('visibilitychange', write);
    addEventListener('pagehide', write);
    return () => {
      document.removeEventListener('visibilitychange', write);
      removeEventListener('pagehide', write);
      write();
    };
  }, []);
  return {
    draft,
    fill: (changes) => {
      set((before) => ({ ...before, filled: { ...before.filled, ...changes } }));
    },
    setPhotos: (change) => {
      set((before) => ({ ...before, photos: change(before.photos) }));
    },
    pause: (now) => {
      isPaused.current = now;
    },
  };
}

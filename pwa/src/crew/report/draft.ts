/**
 * What is filled in of a report and not saved yet. It is kept on the disk with its photos, since a tablet may end the page
 * while its camera is open; it goes when it is saved, thrown away, or when its person signs out.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Taken } from '../outgoing.ts';
import { hasKept } from '../outgoing.ts';
import type { KeptDraft } from '../store.ts';
import { draftOf, inStore } from '../store.ts';
import type { Filled } from './steps.ts';

export interface Draft {
  readonly filled: Filled;
  /** Neighbours that it was done to as well. */
  readonly also: readonly string[];
  readonly photos: readonly Taken[];
}

/** So long after the last letter it is written down; a photo at once. */
const WAIT_MS = 300;

export function readDraft(person: number, number: string): Promise<Draft | null> {
  return inStore('readonly', async (store) => {
    const kept = await store.get('kept', draftOf(person, number));
    if (!kept) return null;
    const { filled, also, photos } = kept.content as KeptDraft;
    const bytes = await Promise.all(photos.map(({ id }) => store.get('photos', id)));
    const taken = photos.flatMap(({ id, type, moment }, nth) => {
      const found = bytes[nth];
      return found ? [{ id, moment, picture: { type, bytes: found.bytes } }] : [];
    });
    return { filled, also, photos: taken };
  });
}

const isEmpty = ({ filled, also, photos }: Draft): boolean =>
  ![filled.text, filled.internal, filled.minutes, filled.duplicate_of, filled.owner].some((words) => words.trim()) && also.length === 0 && photos.length === 0;

/** Null throws it away. Nothing is written for somebody who has signed out meanwhile. */
export function keepDraft(person: number, number: string, draft: Draft | null): Promise<boolean> {
  const id = draftOf(person, number);
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
    store.put('kept', { id, etag: '', content: { filled: draft.filled, also: draft.also, photos } });
  });
  return hasKept(write);
}

/** What was left here the last time; undefined while it is being read. */
export function useKept(person: number, number: string): Draft | null | undefined {
  const [kept, keep] = useState<Draft | null | undefined>(undefined);
  useEffect(() => {
    void readDraft(person, number).then(keep);
  }, []);
  return kept;
}

export interface Drafting {
  readonly draft: Draft;
  readonly change: (change: (before: Draft) => Partial<Draft>) => void;
  /** Nothing is written any more, or it is again: what is being saved must not come back as a draft. */
  readonly pause: (isPaused: boolean) => void;
}

/** Writes down each change: soon, at once when the page is left, and never one that was saved. */
export function useDraft(person: number, number: string, first: Draft): Drafting {
  const [draft, set] = useState(first);
  const written = useRef(draft);
  const latest = useRef(draft);
  const isPaused = useRef(false);
  latest.current = draft;
  const write = (): void => {
    if (isPaused.current || written.current === latest.current) return;
    written.current = latest.current;
    void keepDraft(person, number, isEmpty(latest.current) ? null : latest.current);
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
    change: (change) => {
      set((before) => ({ ...before, ...change(before) }));
    },
    pause: (now) => {
      isPaused.current = now;
    },
  };
}

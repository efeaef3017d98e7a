/** What the screens show, in one place. Whoever changes it says so with `set`. */
import { useEffect, useState } from 'preact/hooks';
import type { Action, Sent } from './queue/action.ts';
import type { Spot } from './route.ts';
import type { Owner } from './store.ts';
import type { Ground, Worklist } from './types.ts';

export interface State {
  /** Whoever uses the tablet now, or used it last. */
  readonly owner: Owner | null;
  readonly people: readonly Owner[];
  readonly worklist: Worklist | null;
  readonly ground: Ground | null;
  readonly actions: readonly Action[];
  readonly sent: readonly Sent[];
  /** How the last question to the server ended; signed_out: the server knows nobody, and asks for a sign-in. */
  readonly link: 'unknown' | 'online' | 'offline' | 'signed_out';
  readonly synced_at: number | null;
  readonly sending: boolean;
  readonly here: Spot | null;
  readonly is_short_of_room: boolean;
  readonly has_update: boolean;
  /** This tablet was signed out at the office; what it kept has been erased. */
  readonly was_ended: boolean;
  /** Said to those who listen, and shown for a moment. */
  readonly said: string;
}

let state: State = {
  owner: null,
  people: [],
  worklist: null,
  ground: null,
  actions: [],
  sent: [],
  link: 'unknown',
  synced_at: null,
  sending: false,
  here: null,
  is_short_of_room: false,
  has_update: false,
  was_ended: false,
  said: '',
};

const listeners = new Set<() => void>();

export const get = (): State => state;

export function set(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export function useApp(): State {
  const [seen, see] = useState(state);
  useEffect(() => {
    const look = (): void => {
      see(state);
    };
    listeners.add(look);
    look();
    return () => {
      listeners.delete(look);
    };
  }, []);
  return seen;
}

export const language = (): string => document.documentElement.lang || 'nb';

let hush: ReturnType<typeof setTimeout> | undefined;
const SAID_MS = 8_000;

export function announce(sentence: string): void {
  set({ said: sentence });
  clearTimeout(hush);
  hush = setTimeout(() => {
    set({ said: '' });
  }, SAID_MS);
}

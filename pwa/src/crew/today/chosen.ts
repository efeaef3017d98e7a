/** The reports that are chosen for a round; they stay chosen while the app is open. */
import { useEffect, useState } from 'preact/hooks';

let chosen: ReadonlySet<string> = new Set();
const listeners = new Set<(now: ReadonlySet<string>) => void>();

function tell(now: ReadonlySet<string>): void {
  chosen = now;
  for (const listener of listeners) listener(now);
}

export const choosing = {
  toggle: (number: string): void => {
    const now = new Set(chosen);
    if (!now.delete(number)) now.add(number);
    tell(now);
  },
  clear: (): void => {
    tell(new Set());
  },
};

export function useChosen(): ReadonlySet<string> {
  const [seen, see] = useState(chosen);
  useEffect(() => {
    listeners.add(see);
    see(chosen);
    return () => {
      listeners.delete(see);
    };
  }, []);
  return seen;
}

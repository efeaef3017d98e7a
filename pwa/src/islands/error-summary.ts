import type { Island } from '../islands.ts';

/** Whoever sent a form with faults in it starts at the list of them. */
export const errorSummary: Island = (root) => {
  root.focus();
};

/** The screen on the wall fetches its figures anew, and says so when it cannot. */
import type { Island } from '../islands.ts';
import { poll } from '../polling.ts';

interface News {
  readonly figures: string;
}

export const wall: Island = (root) => {
  const place = root.querySelector<HTMLElement>('[data-figures]');
  const state = root.querySelector<HTMLElement>('[data-state]');
  if (!place || !state) return;
  poll<News>({
    address: () => new URL(root.dataset['live'] ?? '', location.origin),
    apply: ({ figures }) => {
      place.innerHTML = figures;
    },
    tell: (is_live) => {
      state.textContent = is_live ? '' : (root.dataset['off'] ?? '');
    },
  });
};

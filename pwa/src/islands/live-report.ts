/** A report's page says when somebody else has changed it, before anything is saved over it. */
import type { Island } from '../islands.ts';
import { poll } from '../polling.ts';

interface News {
  readonly seen: number;
  readonly said: string;
  readonly entries: string;
}

export const liveReport: Island = (root) => {
  const said = root.querySelector<HTMLElement>('[data-said]');
  const show = root.querySelector<HTMLButtonElement>('[data-show]');
  const state = root.querySelector<HTMLElement>('[data-state]');
  const place = root.querySelector<HTMLElement>('[data-entries]');
  if (!said || !show || !state || !place) return;
  const say = root.dataset;
  let latest: News | undefined;

  show.addEventListener('click', () => {
    if (!latest) return;
    place.innerHTML = latest.entries;
    // What is shown is seen: it may be saved over from here on.
    for (const field of document.querySelectorAll<HTMLInputElement>('input[name="seen"]')) field.value = String(latest.seen);
    say['seen'] = String(latest.seen);
    said.textContent = '';
    show.hidden = true;
    place.tabIndex = -1;
    place.focus();
  });

  poll<News>({
    address: () => {
      const url = new URL(say['live'] ?? '', location.origin);
      url.searchParams.set('seen', say['seen'] ?? '');
      return url;
    },
    apply: (news) => {
      latest = news;
      if (news.said !== said.textContent) said.textContent = news.said;
      show.hidden = !news.said;
    },
    tell: (is_live) => {
      state.textContent = is_live ? '' : (say['off'] ?? '');
    },
  });
};

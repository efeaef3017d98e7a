/**
 * A page of the register that stays true: it asks every few seconds what has happened, brings rows up to date where they
 * stand and says what is new. Ticks, focus and what is being read stay where they are.
 */
import type { Island } from '../islands.ts';
import { poll } from '../polling.ts';

interface News {
  readonly new: number;
  readonly said: string;
  readonly rows: string;
}

const TICK = 'input[name="chosen"]';

function rowsOf(html: string): HTMLTableRowElement[] {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  return [...holder.content.querySelectorAll('tr')];
}

/** What a person has done to a row goes over to the row that takes its place. */
export function takeOver(old: HTMLTableRowElement, fresh: HTMLTableRowElement): void {
  const before = old.querySelector<HTMLInputElement>(TICK);
  const after = fresh.querySelector<HTMLInputElement>(TICK);
  if (before?.checked && after) {
    after.checked = true;
    // As it was when it was ticked, so that the preview says that somebody else has changed it since.
    after.value = before.value;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : undefined;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector<HTMLElement>(focused.matches(TICK) ? TICK : 'a')?.focus();
}

export const live: Island = (root) => {
  const said = root.querySelector<HTMLElement>('[data-said]');
  const show = root.querySelector<HTMLButtonElement>('[data-show]');
  const state = root.querySelector<HTMLElement>('[data-state]');
  if (!said || !show || !state) return;
  const say = root.dataset;
  const body = (): HTMLTableSectionElement | null => document.querySelector('.register tbody');
  const rows = (): HTMLTableRowElement[] => [...(body()?.rows ?? [])];

  const address = (): URL => {
    const url = new URL(say['live'] ?? '', location.origin);
    url.searchParams.set('rows', rows().map(({ dataset }) => dataset['version'] ?? '').join(','));
    if (say['since']) url.searchParams.set('since', say['since']);
    if (say['lowest']) url.searchParams.set('lowest', say['lowest']);
    return url;
  };

  const apply = (news: News): void => {
    if (news.said !== said.textContent) said.textContent = news.said;
    show.hidden = news.new === 0;
    const fresh = rowsOf(news.rows);
    for (const row of fresh) {
      const old = rows().find(({ dataset }) => dataset['row'] === row.dataset['row']);
      if (!old) continue;
      row.classList.add('fresh');
      takeOver(old, row);
    }
    if (news.new || fresh.length > 0) document.dispatchEvent(new CustomEvent('register-changed'));
  };

  show.addEventListener('click', () => {
    renew().catch(() => {
      location.reload();
    });
  });

  /** The same page anew, with the ticks that were set; ticked rows that would stand on the next page stay. */
  const renew = async (): Promise<void> => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    const fresh = page.querySelector('.register tbody');
    const news = page.querySelector<HTMLElement>('[data-island~="live"]');
    const old = body();
    if (!fresh || !news || !old) throw new Error('another page');
    const adopted = document.adoptNode(fresh) as HTMLTableSectionElement;
    for (const row of rows()) {
      const again = [...adopted.rows].find(({ dataset }) => dataset['row'] === row.dataset['row']);
      const tick = row.querySelector<HTMLInputElement>(TICK);
      if (!tick?.checked) continue;
      const box = again?.querySelector<HTMLInputElement>(TICK);
      if (box) {
        box.checked = true;
        box.value = tick.value;
      } else adopted.append(row);
    }
    old.replaceWith(adopted);
    const pages = document.querySelector('[data-pages]');
    const nextPages = page.querySelector('[data-pages]');
    if (pages && nextPages) pages.replaceWith(document.adoptNode(nextPages));
    say['since'] = news.dataset['since'] ?? '';
    say['lowest'] = news.dataset['lowest'] ?? '';
    said.textContent = say['shown'] ?? '';
    show.hidden = true;
    adopted.querySelector<HTMLElement>('a')?.focus();
    document.dispatchEvent(new CustomEvent('register-changed'));
  };

  poll<News>({
    address,
    apply,
    tell: (is_live) => {
      state.textContent = (is_live ? say['on'] : say['off']) ?? '';
      root.toggleAttribute('data-away', !is_live);
    },
  });
};

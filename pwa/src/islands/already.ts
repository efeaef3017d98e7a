/**
 * What is open here already. Lines of the chosen category move to below the tiles, where the eyes are, and “Me too” goes
 * through the outbox, so that it works without network. Where the phone cannot keep it, the button sends its form.
 */
import type { Island } from '../islands.ts';
import type { News } from '../offline/sender.ts';
import { CHANNEL } from '../offline/sender.ts';
import { inStore, newId } from '../offline/store.ts';
import { askForSync, sendWaiting } from './waiting.ts';

const MOST_ASKED_ABOUT = 3;

async function keepFollow(id: string, button: HTMLButtonElement, where: string): Promise<void> {
  const { lang } = document.documentElement;
  const channel = button.form?.querySelector<HTMLInputElement>('[name="channel"]')?.value ?? 'web';
  const number = button.dataset['number'] ?? '';
  await inStore('readwrite', (store) => {
    store.put('outbox', {
      id,
      kind: 'follow',
      url: `/api/v1/reports/by-number/${number}/followers/${id}?lang=${lang}`,
      payload: JSON.stringify({ channel }),
      summary: { category: button.closest('li')?.querySelector('a')?.textContent ?? '', where },
      created_at: new Date().toISOString(),
      language: lang,
      page: location.pathname + location.search,
      draft: '',
      shared: channel === 'kiosk',
      photos: [],
      attempts: 0,
      not_before: 0,
      refusal: null,
      receipt: null,
    });
  });
}

/** The reports that this phone has sent or followed, by number. */
async function knownHere(): Promise<Map<string, { readonly id: string; readonly state: 'own' | 'noted' | 'kept' }>> {
  const [items, receipts] = await inStore('readonly', (store) => Promise.all([store.all('outbox'), store.all('mine')]));
  const known: Awaited<ReturnType<typeof knownHere>> = new Map();
  for (const { id, url } of items) known.set(/by-number\/([^/]+)/.exec(url)?.[1] ?? '', { id, state: 'kept' });
  for (const { id, number, path } of receipts) known.set(number, { id, state: path.includes('key=') ? 'own' : 'noted' });
  return known;
}

export const already: Island = (root) => {
  const form = document.querySelector<HTMLElement>('[data-report-form]');
  const rest = form?.querySelector('[data-gate-rest]');
  const list = root.querySelector('ul');
  if (!form || !rest || !list) return;
  const { ask = '', own = '', noted = '', kept = '' } = root.dataset;

  const box = document.createElement('div');
  box.className = 'match';
  box.setAttribute('aria-live', 'polite');
  rest.before(box);

  let lines = [...list.children];
  let shown: string | null = null;

  const show = (): void => {
    const tile = form.querySelector<HTMLInputElement>('[name="category"]:checked');
    const category = tile?.value ?? '';
    if (category === shown) return;
    shown = category;
    list.replaceChildren(...lines);
    const found = lines.filter((line) => (line as HTMLElement).dataset['category'] === category).slice(0, MOST_ASKED_ABOUT);
    box.replaceChildren();
    root.hidden = found.length === lines.length;
    const age = found[0]?.querySelector('[data-age]')?.textContent;
    if (!age) return;
    const frame = document.createElement('div');
    frame.className = 'ds-alert';
    frame.dataset['color'] = 'info';
    const question = document.createElement('strong');
    question.textContent = ask.replace('{age}', age);
    const same = document.createElement('ul');
    same.className = 'reports';
    same.append(...found);
    frame.append(question, same);
    box.append(frame);
    // As with the emergency gate, only a finger or a mouse moves the page; with the keyboard the focus stays on the tiles.
    const touched = (navigator as Partial<Navigator>).userActivation?.hasBeenActive && !tile?.matches(':focus-visible');
    if (touched) box.scrollIntoView({ block: 'nearest' });
  };

  const said = new Map<string, HTMLElement>();
  new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }: MessageEvent<News | string>) => {
    const line = typeof data === 'object' && said.get(data.id);
    if (line) line.textContent = data.refusal?.message ?? (data.receipt ? noted : kept);
  });

  const mark = (button: HTMLButtonElement, id: string, text: string): void => {
    button.ariaDisabled = 'true';
    const word = document.createElement('p');
    word.role = 'status';
    button.after(word);
    said.set(id, word);
    word.textContent = text;
  };
  // Without a store on this phone there is nothing to remember.
  const remember = async (): Promise<void> => {
    const known = await knownHere();
    for (const button of document.querySelectorAll<HTMLButtonElement>('[form="me-too"][data-number]')) {
      const before = known.get(button.dataset['number'] ?? '');
      if (before && !button.ariaDisabled) mark(button, before.id, { own, noted, kept }[before.state]);
    }
  };

  // Another place was chosen, and its lines stand in the list now (near.ts).
  root.addEventListener('renew', () => {
    lines = [...list.children];
    shown = null;
    show();
    void remember().catch(() => undefined);
  });
  form.addEventListener('change', show);
  window.addEventListener('pageshow', show);
  show();
  void remember().catch(() => undefined);

  const onClick = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLButtonElement>('[data-number]');
    if (!button) return;
    event.preventDefault();
    if (button.ariaDisabled) return;
    button.ariaDisabled = 'true';
    const id = newId();
    keepFollow(id, button, form.dataset['where'] ?? '').then(
      () => {
        mark(button, id, kept);
        void sendWaiting();
        void askForSync().catch(() => undefined);
      },
      () => {
        button.ariaDisabled = null;
        root.removeEventListener('click', onClick);
        box.removeEventListener('click', onClick);
        button.click();
      },
    );
  };
  root.addEventListener('click', onClick);
  box.addEventListener('click', onClick);
};

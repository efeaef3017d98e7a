/** A call in fifteen seconds: from field to field with Enter, what is open there at once, Ctrl + Enter to save. */
import type { Island } from '../islands.ts';
import type { Offer } from './combo.ts';
import { fitting, makeCombo } from './combo.ts';

const MOST_CATEGORIES = 8;

function status(after: Element): HTMLElement {
  const said = document.createElement('p');
  said.className = 'muted';
  said.setAttribute('role', 'status');
  after.after(said);
  return said;
}

export const intake: Island = (root) => {
  const form = root as HTMLFormElement;
  const say = root.dataset;
  const where = form.querySelector<HTMLInputElement>('#where');
  const spot = form.querySelector<HTMLInputElement>('input[type="hidden"][name="spot"]');
  const select = form.querySelector<HTMLSelectElement>('select[name="category"]');
  const description = form.querySelector<HTMLTextAreaElement>('#description');
  const openList = document.querySelector('[data-open-list]');
  if (!where || !spot || !select || !description || !openList) return;

  const showOpen = async (): Promise<void> => {
    const url = new URL(say['openThere'] ?? '', location.origin);
    url.searchParams.set('spot', spot.value);
    url.searchParams.set('category', select.value);
    try {
      const answer = await fetch(url);
      if (!answer.ok) return;
      const made = document.createElement('template');
      made.innerHTML = ((await answer.json()) as { html: string }).html;
      openList.replaceChildren(made.content);
    } catch {
      // What is open there only helps; the report can be saved without.
    }
  };

  // ---- Where.

  let away = false;
  const findSpots = async (text: string): Promise<readonly Offer[]> => {
    const url = new URL(say['spots'] ?? '', location.origin);
    url.searchParams.set('q', text);
    const words: Offer = { value: 'words:', name: say['words'] ?? '', note: text };
    try {
      const answer = await fetch(url);
      const { choices } = (await answer.json()) as { choices: readonly Offer[] };
      away = false;
      return [...choices, words];
    } catch {
      away = true;
      return [words];
    }
  };

  // What is typed again has not been chosen.
  where.addEventListener('input', () => {
    spot.value = '';
    form.querySelector('[data-choices]')?.remove();
  });

  // The pin's words stay the address where somebody has typed one.
  form.addEventListener('change', (event) => {
    const [lat, lon] = ['lat', 'lon'].map((name) => form.querySelector<HTMLInputElement>(`[name="${name}"]`));
    if (!lat?.value || !lon?.value || event.target !== lon) return;
    const typed = spot.value.startsWith('at:') ? '' : where.value;
    where.value = typed || `${say['pinned'] ?? ''}: ${lat.value}, ${lon.value}`;
    spot.value = `at:${lat.value},${lon.value},${typed}`;
    void showOpen();
  });

  // ---- What: a field to type in stands in for the list.

  const rows = [...select.options].filter((option) => option.value).map((option) => ({ value: option.value, name: option.text, words: `${option.text} ${option.dataset['words'] ?? ''}`, note: option.value }));
  const what = document.createElement('input');
  what.className = 'ds-input';
  what.id = 'category-words';
  what.type = 'text';
  what.autocomplete = 'off';
  what.value = select.value ? (select.selectedOptions[0]?.text ?? '') : '';
  for (const name of ['aria-invalid', 'aria-describedby']) {
    const said = select.getAttribute(name);
    if (said) what.setAttribute(name, said);
  }
  select.before(what);
  select.hidden = true;
  const label = form.querySelector<HTMLLabelElement>('label[for="category"]');
  if (label) label.htmlFor = what.id;
  what.addEventListener('input', () => {
    select.value = '';
  });
  // Whoever goes on without Enter has the first that was offered, and words that fit nothing do not pass for a category.
  const settle = (): void => {
    if (select.value || !what.value) return;
    const [first] = fitting(rows, what.value);
    select.value = first?.value ?? '';
    what.value = first?.name ?? '';
    if (first) void showOpen();
  };
  what.addEventListener('change', settle);
  form.addEventListener('submit', settle);

  const tell = (count: number): string => (say['found'] ?? '').replace('{count}', String(count));
  makeCombo({
    input: where,
    said: status(where),
    offers: findSpots,
    take: (offer) => {
      spot.value = offer.value;
      if (offer.value !== 'words:') where.value = offer.name;
      void showOpen();
      what.focus();
    },
    // The words themselves are always offered.
    tell: (count) => (away ? (say['away'] ?? '') : count < 2 ? (say['none'] ?? '') : tell(count - 1)),
  });
  makeCombo({
    input: what,
    said: status(what),
    offers: (text) => fitting(rows, text).slice(0, MOST_CATEGORIES),
    take: (offer) => {
      select.value = offer.value;
      what.value = offer.name;
      void showOpen();
      description.focus();
    },
    tell,
  });

  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
};

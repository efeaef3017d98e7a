/** Rows that can be ticked: all on the page with one box, and a word on how many are. */
import type { Island } from '../islands.ts';
import { fill } from '../spots.ts';

const CHOSEN = 'input[name="chosen"]';

export const ticks: Island = (form) => {
  const all = form.querySelector<HTMLInputElement>('[data-all]');
  const said = form.querySelector<HTMLElement>('[data-count]');
  const scope = form.querySelector<HTMLSelectElement>('[name="scope"]');
  if (!all || !said || !scope) return;
  const boxes = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>(CHOSEN)];

  const tell = (): void => {
    const count = boxes().filter(({ checked }) => checked).length;
    said.textContent = count === 0 ? '' : fill(said.dataset[count === 1 ? 'one' : 'some'], { count: String(count) });
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && !all.checked;
  };

  const row = all.closest<HTMLElement>('.tick-all');
  if (row) row.hidden = false;
  all.addEventListener('change', () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  form.addEventListener('change', tell);
  // Rows are brought up to date while their boxes stay as they are.
  document.addEventListener('register-changed', tell);
  form.addEventListener('submit', (event) => {
    if (scope.value || boxes().some(({ checked }) => checked)) return;
    event.preventDefault();
    said.textContent = said.dataset['none'] ?? '';
  });
  // A browser that comes back to the page may have kept the ticks.
  tell();
};

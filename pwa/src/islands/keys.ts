/**
 * Single keys for those who work here all day. They are silent while somebody types, and can be switched off on this device
 * (WCAG 2.1.4). A part of a page names its key itself: data-key.
 */
import type { Island } from '../islands.ts';

const STORED = 'vof-desk-keys';
const TYPED_INTO = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
const ROW = '.register tbody tr';
const FOCUSED_NOT_PRESSED = 'input, textarea, select';

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function store(value: string): void {
  try {
    localStorage.setItem(STORED, value);
  } catch {
    // Without a store the choice holds for this page.
  }
}

/** Which row comes next: the first where none is at hand, and none beyond the ends. */
export function nextIndex(current: number, count: number, step: 1 | -1): number {
  if (current < 0) return count > 0 ? 0 : -1;
  return Math.min(Math.max(current + step, 0), count - 1);
}

function go(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLTableRowElement>(ROW)];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  rows[nextIndex(current, rows.length, step)]?.querySelector<HTMLElement>('a')?.focus();
}

function tick(): void {
  document.activeElement?.closest(ROW)?.querySelector<HTMLInputElement>('input[name="chosen"]')?.click();
}

/** Goes to a field, or presses what can be pressed. */
function use(target: HTMLElement): void {
  const folded = target.closest('details');
  if (folded) folded.open = true;
  if (target.matches(FOCUSED_NOT_PRESSED)) {
    target.focus();
    target.scrollIntoView({ block: 'nearest' });
  } else target.click();
}

export const keys: Island = (root) => {
  const dialog = root.querySelector('dialog');
  const open = root.querySelector<HTMLButtonElement>('[data-open-keys]');
  const close = root.querySelector<HTMLButtonElement>('[data-close-keys]');
  const on = root.querySelector<HTMLInputElement>('[data-keys-on]');
  if (!dialog || !open || !close || !on) return;
  root.hidden = false;
  on.checked = stored() !== 'off';
  on.addEventListener('change', () => {
    store(on.checked ? 'on' : 'off');
  });
  open.addEventListener('click', () => {
    dialog.showModal();
  });
  close.addEventListener('click', () => {
    dialog.close();
  });

  const press = (key: string): boolean => {
    if (key === '?') dialog.showModal();
    else if (key === 'j') go(1);
    else if (key === 'k') go(-1);
    else if (key === 'x') tick();
    else {
      const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
      if (!target) return false;
      use(target);
    }
    return true;
  };

  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open || !on.checked;
    if (elsewhere || !(target instanceof Element) || target.matches(TYPED_INTO)) return;
    // Arrows move the page, except from row to row.
    const arrow = target.closest(ROW) ? { ArrowDown: 'j', ArrowUp: 'k' }[key] : undefined;
    if (key.length > 1 && !arrow) return;
    if (press(arrow ?? key)) event.preventDefault();
  });
};

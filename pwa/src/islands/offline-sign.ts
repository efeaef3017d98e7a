/** Makes the generic form the form of the sign or place that its address names, out of what the phone has kept. */
import type { Island } from '../islands.ts';
import type { Directory, Known } from '../offline/directory.ts';
import { lookUp, wanted } from '../offline/directory.ts';

function hiddenField(form: HTMLFormElement, name: string, value: string): void {
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = name;
  field.value = value;
  form.prepend(field);
}

/** What is first at this kind of place is first here; the others stay behind “More”. */
function orderTiles(form: HTMLFormElement, codes: readonly string[]): void {
  const [first, ...rest] = form.querySelectorAll('.tiles:has([name="category"])');
  const spare = rest.at(-1);
  if (!first || !codes.length) return;
  const tile = (code: string): Element | null | undefined => form.querySelector(`[name="category"][value="${CSS.escape(code)}"]`)?.closest('li');
  const chosen = codes.flatMap((code) => tile(code) ?? []);
  const before = [...first.children].filter((one) => !chosen.includes(one));
  first.replaceChildren(...chosen);
  spare?.prepend(...before);
}

export const offlineSign: Island = (root) => {
  const form = document.querySelector<HTMLFormElement>('[data-report-form]');
  const heading = document.querySelector('h1');
  if (!form || !heading || location.pathname === '/offline') return;
  const asked = wanted(location.href);
  const show = (name: string): void => {
    for (const part of root.querySelectorAll<HTMLElement>('[data-when]')) part.hidden = part.dataset['when'] !== name;
  };
  const fill = (name: string, text: string): void => {
    for (const part of document.querySelectorAll(`[data-fill="${name}"]`)) part.textContent = text;
  };
  const hideWhere = (): void => {
    for (const part of document.querySelectorAll<HTMLFieldSetElement>('[data-where-part]')) {
      part.hidden = true;
      for (const field of part.querySelectorAll<HTMLInputElement>('input, select, textarea, button')) field.disabled = true;
    }
  };

  const showKnown = ({ place_id, place, kind, label, tiles }: Known): void => {
    hideWhere();
    const eyebrow = document.createElement('span');
    eyebrow.className = 'eyebrow';
    eyebrow.textContent = heading.textContent;
    heading.replaceChildren(eyebrow, ` ${place}`);
    fill('label', label ?? kind);
    document.title = document.title.replace(/^[^–]*/, `${place}${label === null ? '' : `, ${label}`} `);
    form.dataset['where'] = [place, label].filter(Boolean).join(', ');
    if (label === null) hiddenField(form, 'place', String(place_id));
    orderTiles(form, tiles);
    show(label === null ? 'place' : 'sign');
  };

  const start = async (): Promise<void> => {
    if (location.pathname.startsWith('/r/')) {
      show('status');
      return;
    }
    const { code, place } = asked;
    if (code) {
      form.dataset['channel'] = 'qr';
      hiddenField(form, 'sign_code', code);
      fill('code', code);
    }
    if (!code && !place) {
      show('anywhere');
      return;
    }
    const answer = await fetch(root.dataset['directory'] ?? '');
    const known = answer.ok ? lookUp((await answer.json()) as Directory, asked) : undefined;
    if (known) showKnown(known);
    else show(code ? 'unknown' : 'anywhere');
  };

  start().catch(() => {
    // The directory was not kept; the code alone tells the server which place it is.
    show(asked.code ? 'unknown' : 'anywhere');
  });
};

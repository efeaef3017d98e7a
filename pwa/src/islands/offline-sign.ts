/** Makes the generic form the form of the sign or place that its address names, out of what the phone has kept. */
import type { Island } from '../islands.ts';
import type { Directory, Kind, Known } from '../offline/directory.ts';
import { lookUp, wanted } from '../offline/directory.ts';

function hiddenField(form: HTMLFormElement, name: string, value: string): void {
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = name;
  field.value = value;
  form.prepend(field);
}

/** As on a page made for this kind of place: what is common there first, what else there is behind “More”. */
function orderTiles(form: HTMLFormElement, { first, more }: Kind): void {
  const common = form.querySelector('.tiles');
  const box = form.querySelector('.more > div');
  const rest = box?.querySelector('.tiles');
  if (!common || !box || !rest || !first.length) return;
  const tile = (code: string): Element | null | undefined => form.querySelector(`[name="category"][value="${CSS.escape(code)}"]`)?.closest('li');
  const tiles = [first, more].map((codes) => codes.flatMap((code) => tile(code) ?? []));
  common.replaceChildren(...(tiles[0] ?? []));
  rest.replaceChildren(...(tiles[1] ?? []));
  box.replaceChildren(rest);
  const summary = form.querySelector('.more > summary');
  if (summary) summary.textContent = summary.textContent.replace(/\d+/, String(more.length));
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
    const where = form.querySelector('[name="address"]')?.closest('fieldset');
    if (where) where.hidden = where.disabled = true;
  };

  const showKnown = ({ place_id, place, kind, label }: Known): void => {
    hideWhere();
    const eyebrow = document.createElement('span');
    eyebrow.className = 'eyebrow';
    eyebrow.textContent = heading.textContent;
    heading.replaceChildren(eyebrow, ` ${place}`);
    fill('label', label ?? kind.name);
    document.title = document.title.replace(/^[^–]*/, `${place}${label === null ? '' : `, ${label}`} `);
    form.dataset['where'] = [place, label].filter(Boolean).join(', ');
    if (label === null) hiddenField(form, 'place', String(place_id));
    orderTiles(form, kind);
    const name = label === null ? 'place' : 'sign';
    show(name);
    heading.after(root.querySelector(`[data-when="${name}"]`) ?? '');
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

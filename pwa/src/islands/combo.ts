/** A field that offers what may be meant while it is typed in: arrow keys choose, Enter takes, Escape puts away. */
export interface Offer {
  readonly value: string;
  readonly name: string;
  readonly note: string;
}

export interface Combo {
  readonly input: HTMLInputElement;
  readonly said: HTMLElement;
  readonly offers: (text: string) => Promise<readonly Offer[]> | readonly Offer[];
  readonly take: (offer: Offer) => void;
  /** How many were found, in words. */
  readonly tell: (count: number) => string;
}

const PAUSE_MS = 120;

export function makeCombo({ input, said, offers, take, tell }: Combo): void {
  const list = document.createElement('ul');
  list.id = `${input.id}-offers`;
  list.className = 'offers';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', input.labels?.[0]?.textContent.trim() ?? '');
  list.hidden = true;
  input.after(list);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');

  let shown: readonly Offer[] = [];
  let active = -1;
  let looking: Promise<void> | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  const mark = (index: number): void => {
    active = index;
    [...list.children].forEach((line, at) => {
      line.setAttribute('aria-selected', String(at === active));
      if (at === active) line.scrollIntoView({ block: 'nearest' });
    });
    if (active < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `${list.id}-${String(active)}`);
  };

  const put = (found: readonly Offer[]): void => {
    shown = found;
    list.replaceChildren(
      ...found.map((offer, at) => {
        const line = document.createElement('li');
        line.id = `${list.id}-${String(at)}`;
        line.setAttribute('role', 'option');
        const note = document.createElement('span');
        note.className = 'muted';
        note.textContent = ` ${offer.note}`;
        line.append(offer.name, note);
        // Before the field loses the focus, which would put the list away.
        line.addEventListener('pointerdown', (event) => {
          event.preventDefault();
          choose(offer);
        });
        return line;
      }),
    );
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(!list.hidden));
    mark(found.length ? 0 : -1);
  };

  const putAway = (): void => {
    clearTimeout(pause);
    asked += 1;
    put([]);
    said.textContent = '';
  };

  const choose = (offer: Offer): void => {
    putAway();
    take(offer);
  };

  const look = async (): Promise<void> => {
    const turn = (asked += 1);
    const text = input.value.trim();
    const found = text ? await offers(text) : [];
    if (turn !== asked) return;
    put(found);
    said.textContent = text ? tell(found.length) : '';
  };

  const lookNow = (): Promise<void> => {
    clearTimeout(pause);
    looking = look();
    return looking;
  };

  input.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(() => void lookNow(), PAUSE_MS);
    looking = undefined;
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) void lookNow();
      else mark((active + (event.key === 'ArrowDown' ? 1 : -1) + shown.length) % shown.length);
    } else if (event.key === 'Escape') putAway();
    else if (event.key === 'Enter' && !event.ctrlKey && input.value.trim()) {
      event.preventDefault();
      // Whoever types faster than we answer still gets what the words mean.
      const ready = looking && !list.hidden ? Promise.resolve() : lookNow();
      void ready.then(() => {
        const offer = shown[active];
        if (offer) choose(offer);
      });
    }
  });
  input.addEventListener('blur', putAway);
}

/** Small letters without marks, as they are typed in a hurry. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
}

interface Worded {
  readonly name: string;
  readonly words: string;
}

/** Those that hold every word of a text: first those whose name begins with it, then those with a word that does. */
export function fitting<Row extends Worded>(rows: readonly Row[], text: string): Row[] {
  const wanted = plain(text).split(/\s+/).filter(Boolean);
  const rank = ({ name, words }: Row): number => {
    const [own, all] = [plain(name), ` ${plain(words)}`];
    if (!wanted.every((word) => all.includes(word))) return -1;
    if (own.startsWith(wanted.join(' '))) return 0;
    if (wanted.every((word) => ` ${own}`.includes(` ${word}`))) return 1;
    return wanted.every((word) => all.includes(` ${word}`)) ? 2 : 3;
  };
  return rows
    .map((row) => ({ row, at: rank(row) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
}

/** Areas drawn on a photo with a finger, the mouse or the keyboard; the fields of the form say the same as the drawing. */
import type { Area, Point } from '../areas.ts';
import { between, isLargeEnough, moved, read, resized } from '../areas.ts';
import type { Island } from '../islands.ts';
import { fill } from '../spots.ts';

/** So far an arrow key goes, in per cent of the photo. */
const STEP = 1;
/** What “Add an area” begins with, in the middle of the photo. */
const FIRST: Area = { left: 40, top: 40, width: 20, height: 20 };
const ARROWS: Readonly<Record<string, Point>> = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] };

function rounded(number: number): string {
  return String(Math.round(number * 100) / 100);
}

export const blackOut: Island = (root) => {
  const drawing = root.querySelector<HTMLElement>('[data-drawing]');
  const stage = root.querySelector<HTMLElement>('[data-stage]');
  const said = root.querySelector<HTMLElement>('[data-said]');
  const rows = [...root.querySelectorAll<HTMLElement>('[data-row]')];
  const more = root.querySelector<HTMLElement>('[data-more]');
  const last = rows.at(-1);
  if (!drawing || !stage || !said || !last) return;
  const say = root.dataset;
  const most = Number(say['most']);
  drawing.toggleAttribute('data-shown', true);

  const fields = (row: HTMLElement): HTMLInputElement[] => [...row.querySelectorAll('input')];
  const areaOf = (row: HTMLElement): Area | undefined => read(fields(row).map(({ value }) => value));
  const drawn = (): HTMLElement[] => rows.filter((row) => areaOf(row));
  const boxes = new Map<HTMLElement, HTMLElement>();

  const write = (row: HTMLElement, area: Area | undefined): void => {
    const values = area ? [area.left, area.top, area.width, area.height].map(rounded) : ['', '', '', ''];
    fields(row).forEach((field, index) => {
      field.value = values[index] ?? '';
    });
    draw();
  };

  /** The next row that is empty, made anew where there is none. */
  const freeRow = (): HTMLElement | undefined => {
    const free = rows.find((row) => fields(row).every(({ value }) => !value.trim()));
    if (free) return free;
    if (rows.length >= most) {
      said.textContent = say['full'] ?? '';
      return undefined;
    }
    const row = last.cloneNode(true) as HTMLElement;
    const number = rows.length + 1;
    for (const element of row.querySelectorAll<HTMLElement>('[id], [for]')) {
      for (const name of ['id', 'for']) {
        const old = element.getAttribute(name);
        if (old) element.setAttribute(name, old.replace(/\d+$/, String(number)));
      }
    }
    const legend = row.querySelector('legend');
    if (legend) legend.textContent = legend.textContent.replace(/\d+/, String(number));
    fields(row).forEach((field) => {
      field.value = '';
    });
    (rows.at(-1) ?? last).after(row);
    rows.push(row);
    return row;
  };

  const makeBox = (row: HTMLElement): HTMLElement => {
    const box = document.createElement('div');
    box.className = 'covered';
    box.tabIndex = 0;
    box.setAttribute('role', 'button');
    box.append(Object.assign(document.createElement('span'), { className: 'corner' }));
    box.addEventListener('keydown', (event) => {
      const area = areaOf(row);
      if (!area) return;
      const arrow = ARROWS[event.key];
      if (arrow) {
        event.preventDefault();
        write(row, event.shiftKey ? resized(area, arrow) : moved(area, arrow));
      } else if (event.key === 'Delete' || event.key === 'Backspace') {
        event.preventDefault();
        remove(row);
      }
    });
    stage.append(box);
    boxes.set(row, box);
    return box;
  };

  const draw = (): void => {
    const shown = drawn();
    for (const [row, box] of boxes) {
      if (shown.includes(row)) continue;
      box.remove();
      boxes.delete(row);
    }
    shown.forEach((row, index) => {
      const area = areaOf(row);
      if (!area) return;
      const box = boxes.get(row) ?? makeBox(row);
      for (const side of ['left', 'top', 'width', 'height'] as const) box.style[side] = `${String(area[side])}%`;
      const numbers = { left: rounded(area.left), top: rounded(area.top), width: rounded(area.width), height: rounded(area.height) };
      box.setAttribute('aria-label', fill(say['label'], { ...numbers, number: String(index + 1), count: String(shown.length) }));
    });
  };

  const remove = (row: HTMLElement): void => {
    const index = drawn().indexOf(row);
    write(row, undefined);
    said.textContent = fill(say['removed'], { number: String(index + 1) });
    const next = drawn()[Math.max(index - 1, 0)];
    const target = next ? boxes.get(next) : root.querySelector<HTMLElement>('[data-add]');
    target?.focus();
  };

  root.querySelector('[data-add]')?.addEventListener('click', () => {
    said.textContent = '';
    const row = freeRow();
    if (!row) return;
    write(row, FIRST);
    boxes.get(row)?.focus();
  });

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return [((clientX - left) / width) * 100, ((clientY - top) / height) * 100];
  };

  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    said.textContent = '';
    const target = event.target as HTMLElement;
    const held = [...boxes].find(([, box]) => box.contains(target))?.[0];
    const row = held ?? freeRow();
    if (!row) return;
    const from = pointOf(event);
    const before = held ? areaOf(held) : undefined;
    stage.setPointerCapture(event.pointerId);
    const follow = (move: PointerEvent): void => {
      const to = pointOf(move);
      const by: Point = [to[0] - from[0], to[1] - from[1]];
      if (!before) write(row, between(from, to));
      else write(row, target.classList.contains('corner') ? resized(before, by) : moved(before, by));
    };
    const stop = (): void => {
      stage.removeEventListener('pointermove', follow);
      const area = areaOf(row);
      if (area && !isLargeEnough(area)) write(row, undefined);
      boxes.get(row)?.focus();
    };
    stage.addEventListener('pointermove', follow);
    stage.addEventListener('lostpointercapture', stop, { once: true });
  });

  root.addEventListener('input', draw);
  if (more) more.hidden = true;
  draw();
};

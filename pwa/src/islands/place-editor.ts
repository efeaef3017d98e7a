/** A place's pin and outline, put and drawn on a map; what is chosen is written into the fields, which say the same. */
import type { Island } from '../islands.ts';
import type { Editor } from '../keepers-map.ts';
import { fill } from '../spots.ts';
import { numbers } from './map.ts';
import { toggleMap } from './map-toggle.ts';
import { outlineOf, ringOf } from './outline.ts';

/** Six decimals of a degree are a decimetre. */
const DECIMALS = 6;

export const placeEditor: Island = (root) => {
  const form = root.closest('form');
  if (!form) return;
  const say = root.dataset;
  const [west = 0, south = 0, east = 0, north = 0] = numbers(say['bounds']);
  const [middle_lat = 0, middle_lon = 0] = numbers(say['middleOf']);
  const field = (name: string): HTMLInputElement | HTMLTextAreaElement | null => form.querySelector(`[name="${name}"]`);
  const outlineSaid = root.querySelector<HTMLElement>('[data-outline-said]');
  const tellOutline = (sentence: string | undefined, count = 0): void => {
    if (outlineSaid) outlineSaid.textContent = fill(sentence, { count: String(count) });
  };
  let editor: Editor | undefined;

  const put = (name: string, value: string): void => {
    const one = field(name);
    if (!one) return;
    one.value = value;
    one.dispatchEvent(new Event('change', { bubbles: true }));
  };

  const mode = (): string => root.querySelector<HTMLInputElement>('[name="tap"]:checked')?.value ?? 'pin';
  const showMode = (): void => {
    for (const part of root.querySelectorAll<HTMLElement>('[data-for]')) part.hidden = part.dataset['for'] !== mode();
  };

  const onOutline = (corners: readonly (readonly [number, number])[]): void => {
    put('boundary', corners.length < 3 ? '' : outlineOf(corners));
    tellOutline(corners.length ? (corners.length < 3 ? say['tooFew'] : say['corners']) : '', corners.length);
  };

  toggleMap(root, ({ openEditor }, canvas) => {
    const [lat, lon] = [field('lat')?.value.replace(',', '.'), field('lon')?.value.replace(',', '.')];
    const ring = ringOf(field('boundary')?.value ?? '');
    tellOutline(ring === 'unreadable' ? say['unreadable'] : ring === 'detailed' ? say['tooDetailed'] : '');
    editor = openEditor(canvas, {
      bounds: [west, south, east, north],
      middle: [middle_lat, middle_lon],
      pin: lat && lon && Number.isFinite(Number(lat)) && Number.isFinite(Number(lon)) ? [Number(lat), Number(lon)] : undefined,
      corners: typeof ring === 'string' ? [] : ring,
      kept: typeof ring === 'string',
      drawn: ring === 'detailed' ? (field('boundary')?.value ?? '') : '',
      words: {
        map: say['label'] ?? '',
        pin: say['pin'] ?? '',
        zoomIn: say['zoomIn'] ?? '',
        zoomOut: say['zoomOut'] ?? '',
        corner: (number, count) => fill(say['corner'], { number: String(number), count: String(count) }),
      },
      taps: mode,
      onPin: ([north_of, east_of]) => {
        put('lat', north_of.toFixed(DECIMALS));
        put('lon', east_of.toFixed(DECIMALS));
      },
      onOutline,
    });
    return {
      close: () => {
        editor?.close();
        editor = undefined;
      },
    };
  });

  root.addEventListener('change', showMode);
  const press = (name: string, work: (open: Editor) => void): void => {
    root.querySelector(`[${name}]`)?.addEventListener('click', () => {
      if (editor) work(editor);
    });
  };
  press('data-middle', (open) => {
    open.pinMiddle();
  });
  press('data-add-corner', (open) => {
    open.addCorner();
  });
  press('data-undo-corner', (open) => {
    open.removeCorner();
  });
  press('data-clear', (open) => {
    open.clear();
  });
  showMode();
};

/** A button that fetches and opens one of the staff's maps, and closes it again. */
import type * as FiguresMap from '../figures-map.ts';
import type * as Maps from '../keepers-map.ts';
import type * as PlainMap from '../map.ts';
import { NoAnswer } from '../spots.ts';
import { styled } from './map.ts';

/** Which of them a button names is up to its page. */
export type Scripts = typeof Maps & typeof PlainMap & typeof FiguresMap;

export interface Closing {
  close(): void;
}

/** `open` gets the script's exports and gives back what is open. */
export function toggleMap(root: HTMLElement, open: (script: Scripts, canvas: HTMLElement) => Closing): void {
  const toggle = root.querySelector<HTMLButtonElement>('[data-toggle]');
  const word = toggle?.querySelector('span');
  const said = root.querySelector<HTMLElement>('[data-said]');
  const frame = root.querySelector<HTMLElement>('[data-frame]');
  const canvas = root.querySelector<HTMLElement>('[data-canvas]');
  if (!toggle || !word || !said || !frame || !canvas) return;
  const say = root.dataset;
  let opened: Closing | undefined;
  root.toggleAttribute('data-shown', true);

  const show = (is_open: boolean): void => {
    frame.hidden = !is_open;
    toggle.ariaExpanded = String(is_open);
    word.textContent = (is_open ? say['close'] : say['open']) ?? '';
  };

  const tryToOpen = async (): Promise<void> => {
    said.textContent = '';
    const loading = import(say['script'] ?? '').catch(() => {
      throw new NoAnswer();
    }) as Promise<Scripts>;
    const [script] = await Promise.all([loading, styled(say['style'] ?? '')]);
    // Leaflet measures what it is put into.
    show(true);
    opened = open(script, canvas);
  };

  toggle.addEventListener('click', () => {
    if (opened) {
      opened.close();
      opened = undefined;
      show(false);
      return;
    }
    if (toggle.ariaDisabled) return;
    toggle.ariaDisabled = 'true';
    tryToOpen()
      .catch((error: unknown) => {
        if (!(error instanceof NoAnswer)) throw error;
        said.textContent = say['offline'] ?? '';
      })
      .finally(() => {
        toggle.ariaDisabled = null;
      });
  });
}

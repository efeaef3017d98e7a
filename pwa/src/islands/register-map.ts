/** The register on a map: the part of its filter that lies in sight, asked for anew whenever the map is moved. */
import type { Island } from '../islands.ts';
import type * as Maps from '../register-map.ts';
import type { Pin, RegisterMap } from '../register-map.ts';
import { NoAnswer, ask } from '../spots.ts';
import { numbers, styled } from './map.ts';

interface Points {
  readonly reports: readonly Pin[];
  readonly more: boolean;
}

export const registerMap: Island = (root) => {
  const canvas = root.querySelector<HTMLElement>('[data-canvas]');
  const said = root.querySelector<HTMLElement>('[data-said]');
  if (!canvas || !said) return;
  const say = root.dataset;
  const list = document.querySelector<HTMLElement>('[data-list-of-register]');
  const [west = 0, south = 0, east = 0, north = 0] = numbers(say['bounds']);
  const address = new URL(say['points'] ?? '', location.origin);
  let asked: AbortController | undefined;
  let map: RegisterMap | undefined;

  const look = async (): Promise<void> => {
    if (!map) return;
    asked?.abort();
    asked = new AbortController();
    const parameters = { ...Object.fromEntries(address.searchParams), box: map.box().join(',') };
    try {
      const { reports, more } = await ask<Points>(address.pathname, parameters, asked.signal);
      map.show(reports);
      said.textContent = (more ? say['more'] : reports.length > 0 ? '' : say['none']) ?? '';
    } catch (error) {
      if (error instanceof NoAnswer) said.textContent = say['offline'] ?? '';
      else if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    }
  };

  const open = async (): Promise<void> => {
    const loading = import(say['script'] ?? '').catch(() => {
      throw new NoAnswer();
    }) as Promise<typeof Maps>;
    const [script] = await Promise.all([loading, styled(say['style'] ?? '')]);
    root.hidden = false;
    if (list && 'alone' in say) list.hidden = true;
    map = script.openRegisterMap(canvas, {
      bounds: [west, south, east, north],
      words: {
        map: say['label'] ?? '',
        zoomIn: say['zoomIn'] ?? '',
        zoomOut: say['zoomOut'] ?? '',
        several: (count) => (say['several'] ?? '').replace('{count}', String(count)),
      },
      onMove: () => void look(),
    });
    document.addEventListener('register-changed', () => void look());
    await look();
  };

  open().catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    root.hidden = false;
    canvas.hidden = true;
    said.textContent = say['offline'] ?? '';
  });
};

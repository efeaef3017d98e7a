/** Where a report is: its pin, its sign, and what else is open around it; the same as a list below. */
import type { Island } from '../islands.ts';
import type { Dot, MapHandle } from '../map.ts';
import { NoAnswer, ask, line, titled } from '../spots.ts';
import { numbers } from './map.ts';
import { toggleMap } from './map-toggle.ts';

interface Open extends Dot {
  readonly note: string;
  readonly url: string;
}

interface Nearby {
  readonly sign: Dot | null;
  readonly reports: readonly Open[];
}

export const reportMap: Island = (root) => {
  const said = root.querySelector<HTMLElement>('[data-said]');
  const list = root.querySelector<HTMLElement>('[data-list]');
  const say = root.dataset;
  const [west = 0, south = 0, east = 0, north = 0] = numbers(say['bounds']);
  const address = new URL(say['nearby'] ?? '', location.origin);
  const pin = { lat: Number(say['lat']), lon: Number(say['lon']), accuracy: null };

  const show = async (map: MapHandle): Promise<void> => {
    try {
      const { sign, reports } = await ask<Nearby>(address.pathname, Object.fromEntries(address.searchParams));
      const lineOf = ({ url, name, note }: Open): HTMLLIElement => line(url, name, note);
      const nameOf = ({ name }: Dot): HTMLLIElement => Object.assign(document.createElement('li'), { textContent: name });
      map.showPlaces<Dot | Open>(sign ? [sign, ...reports] : reports, (dot) => ('url' in dot ? lineOf(dot) : nameOf(dot)));
      list?.replaceChildren(...titled(say['here'], reports.map(lineOf)));
      if (said) said.textContent = reports.length ? '' : (say['none'] ?? '');
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (said) said.textContent = say['offline'] ?? '';
    }
  };

  toggleMap(root, ({ openMap }, canvas) => {
    const map = openMap(canvas, {
      bounds: [west, south, east, north],
      middle: pin,
      pin,
      name: say['name'] ?? '',
      pick: false,
      words: { map: say['label'] ?? '', pin: '', zoomIn: say['zoomIn'] ?? '', zoomOut: say['zoomOut'] ?? '' },
      onPick: () => undefined,
      onMove: () => undefined,
    });
    void show(map);
    return map;
  });
};

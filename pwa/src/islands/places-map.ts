/** The register of places on a map: what its filters leave, as dots and numbers, and the same as a list beside it. */
import type { Island } from '../islands.ts';
import type { Box, Drawn, PlaceDot } from '../keepers-map.ts';
import { NoAnswer, ask, fill, line, titled } from '../spots.ts';
import { numbers } from './map.ts';
import { toggleMap } from './map-toggle.ts';

/** More lines than these are no list to read beside a map. */
const MOST_LISTED = 25;

export const placesMap: Island = (root) => {
  const list = root.querySelector<HTMLElement>('[data-list]');
  const said = root.querySelector<HTMLElement>('[data-said]');
  const [west = 0, south = 0, east = 0, north = 0] = numbers(root.dataset['bounds']);
  const say = root.dataset;
  const address = new URL(say['points'] ?? '', location.origin);
  let asked: AbortController | undefined;

  const lineOf = ({ url, name, kind_name }: PlaceDot): HTMLLIElement => line(url, name, kind_name);

  const tell = ({ places, clusters }: Drawn): void => {
    const more = clusters.reduce((sum, { count }) => sum + count, 0) + Math.max(places.length - MOST_LISTED, 0);
    if (said) said.textContent = places.length + more ? '' : (say['none'] ?? '');
    list?.replaceChildren(...titled(say['here'], places.slice(0, MOST_LISTED).map(lineOf)));
    if (!more) return;
    const rest = document.createElement('p');
    rest.className = 'muted';
    rest.textContent = fill(say['more'], { count: String(more) });
    list?.append(rest);
  };

  toggleMap(root, ({ openOverview }, canvas) => {
    const look = async (box: Box): Promise<void> => {
      asked?.abort();
      asked = new AbortController();
      const parameters = { ...Object.fromEntries(address.searchParams), box: box.join(',') };
      try {
        const drawn = await ask<Drawn>(address.pathname, parameters, asked.signal);
        overview.show(drawn, lineOf, (count) => fill(say['cluster'], { count: String(count) }));
        tell(drawn);
      } catch (error) {
        if (error instanceof NoAnswer && said) said.textContent = say['offline'] ?? '';
        else if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
      }
    };
    const overview = openOverview(canvas, {
      bounds: [west, south, east, north],
      words: { map: say['label'] ?? '', zoomIn: say['zoomIn'] ?? '', zoomOut: say['zoomOut'] ?? '' },
      onMove: (box) => void look(box),
    });
    return overview;
  });
};

/** The button that opens a map. The map itself (map.js and its sheet) is fetched on the first tap and not before. */
import type { Island } from '../islands.ts';
import type { MapHandle, MapOptions } from '../map.ts';
import type { Here, Spots } from '../spots.ts';
import { MOST_NEAR, NoAnswer, at, findSpots, placeLine, titled } from '../spots.ts';
import type { Pick } from './where.ts';

type OpenMap = (canvas: HTMLElement, options: MapOptions) => MapHandle;

export function styled(href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = href;
    sheet.addEventListener('load', () => {
      resolve();
    });
    sheet.addEventListener('error', () => {
      sheet.remove();
      reject(new NoAnswer());
    });
    document.head.append(sheet);
  });
}

async function fetched(script: string, style: string): Promise<OpenMap> {
  const loading = import(script).catch(() => {
    throw new NoAnswer();
  }) as Promise<{ openMap: OpenMap }>;
  const [{ openMap }] = await Promise.all([loading, styled(style)]);
  return openMap;
}

export function numbers(text: string | undefined): number[] {
  return (text ?? '').split(',').filter(Boolean).map(Number);
}

export const map: Island = (root) => {
  const toggle = root.querySelector<HTMLButtonElement>('[data-toggle]');
  const word = toggle?.querySelector('span');
  const said = root.querySelector<HTMLElement>('[data-said]');
  const frame = root.querySelector<HTMLElement>('[data-frame]');
  const canvas = root.querySelector<HTMLElement>('[data-canvas]');
  const list = root.querySelector<HTMLElement>('[data-list]');
  if (!toggle || !word || !said || !frame || !canvas) return;
  const say = root.dataset;
  const pick = 'pick' in say;
  const [west = 0, south = 0, east = 0, north = 0] = numbers(say['bounds']);
  const [middleLat = 0, middleLon = 0] = numbers(say['middleOf']);
  let here: Here | undefined;
  let handle: MapHandle | undefined;
  root.toggleAttribute('data-shown', true);

  /** What stands in the form, else where the phone is, else what the page is about. */
  const pinned = (): Here | undefined => {
    const field = (name: string): string => root.closest('form')?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? '';
    const [lat, lon] = [field('lat') || say['lat'], field('lon') || say['lon']];
    const accuracy = field('accuracy_m') || say['accuracy'];
    if (!lat || !lon || (here && !field('lat'))) return here;
    return { lat: Number(lat), lon: Number(lon), accuracy: accuracy ? Number(accuracy) : null };
  };

  const showNear = (spots: Spots): void => {
    list?.replaceChildren(...titled(say['near'], spots.places.slice(0, MOST_NEAR).map((place) => placeLine(place, say['to']))));
    handle?.showPlaces(spots.places, (place) => placeLine(place, say['to']));
  };

  const lookAround = async (middle: Here): Promise<void> => {
    try {
      showNear(await findSpots(at(middle)));
    } catch (error) {
      // Without network the map shows what is kept of it, and no places.
      if (!(error instanceof NoAnswer)) throw error;
    }
  };

  const onPick = (spot: Here): void => {
    const spots = findSpots(at(spot));
    const detail: Pick = { here: spot, spots };
    root.dispatchEvent(new CustomEvent('pick', { detail, bubbles: true }));
    spots.then(showNear, () => undefined);
  };

  const open = async (): Promise<void> => {
    const openMap = await fetched(say['script'] ?? '', say['style'] ?? '');
    const first = pinned();
    frame.hidden = false;
    handle = openMap(canvas, {
      bounds: [west, south, east, north],
      middle: { lat: middleLat, lon: middleLon, accuracy: null },
      pin: first,
      name: say['name'] ?? '',
      pick,
      words: { map: say['label'] ?? '', pin: say['pin'] ?? '', zoomIn: say['zoomIn'] ?? '', zoomOut: say['zoomOut'] ?? '' },
      onPick,
      onMove: (middle) => void (pick && lookAround(middle)),
    });
    if (pick && first) onPick(first);
  };

  const show = (isOpen: boolean): void => {
    frame.hidden = !isOpen;
    toggle.ariaExpanded = String(isOpen);
    word.textContent = (isOpen ? say['close'] : say['open']) ?? '';
    root.dispatchEvent(new CustomEvent('map', { detail: isOpen, bubbles: true }));
  };

  const tryToOpen = async (): Promise<void> => {
    if (toggle.ariaDisabled) return;
    toggle.ariaDisabled = 'true';
    said.textContent = '';
    try {
      await open();
      show(true);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      said.textContent = say['offline'] ?? '';
    } finally {
      toggle.ariaDisabled = null;
    }
  };

  const close = (): void => {
    handle?.close();
    handle = undefined;
    show(false);
  };

  toggle.addEventListener('click', () => {
    if (handle) close();
    else void tryToOpen();
  });
  root.querySelector('[data-middle]')?.addEventListener('click', () => {
    handle?.pickMiddle();
  });
  document.addEventListener('here', (event) => {
    here = (event as CustomEvent<Here>).detail;
  });
};

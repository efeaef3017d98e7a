/**
 * The part of the form that says where it is. What is chosen in a list or on the map is written into the form's own
 * fields, so that whatever sends the form finds it there.
 */
import type { Island } from '../islands.ts';
import type { Choice, Here, Spots } from '../spots.ts';
import { NoAnswer, at, choices, fill, metres } from '../spots.ts';

/** What the map tells when a pin is put: where, and what lies around it. */
export interface Pick {
  readonly here: Here;
  readonly spots: Promise<Spots>;
}

type Field = HTMLInputElement | HTMLSelectElement;

/** Whether anything has been typed that would be lost on the way to another page. */
export function isBegun(values: Iterable<readonly [string, FormDataEntryValue]>): boolean {
  const own = /^(category|description|photo|name|email|phone|answers-.*)$/;
  return [...values].some(([name, value]) => own.test(name) && (typeof value === 'string' ? value !== '' : value.size > 0));
}

export const where: Island = (root) => {
  const form = root.closest('form');
  const summary = root.querySelector<HTMLElement>('[data-summary]');
  const text = root.querySelector<HTMLElement>('[data-summary-text]');
  const change = root.querySelector<HTMLAnchorElement>('[data-change]');
  if (!form || !summary || !text || !change) return;
  const say = root.dataset;
  const ways = root.querySelectorAll<HTMLElement>('[data-ways]');
  const field = (name: string): Field | null => form.querySelector<Field>(`[name="${name}"]`);
  const put = (name: string, value: string): void => {
    const one = field(name);
    if (one) one.value = value;
  };

  let chosen: Choice | undefined;
  /** What the address of this page says; it wins over a draft, until another spot is chosen. */
  let given: Choice | undefined;
  let mapOpen = false;

  const show = (): void => {
    summary.hidden = !chosen;
    text.textContent = chosen?.text ?? '';
    for (const way of ways) way.hidden = chosen !== undefined || mapOpen;
    if (chosen) form.dataset['where'] = chosen.text;
    else delete form.dataset['where'];
  };

  const tell = (): void => {
    show();
    form.dispatchEvent(new Event('change', { bubbles: true }));
  };

  const choose = (choice: Choice): void => {
    const before = chosen;
    if (choice !== given) given = undefined;
    chosen = choice;
    const position = choice.here ? at(choice.here) : {};
    put('lat', position['lat'] ?? '');
    put('lon', position['lon'] ?? '');
    put('accuracy_m', choice.here?.accuracy?.toFixed(0) ?? '');
    put('place', choice.place ? String(choice.place.id) : '');
    // Words of the resident's own stay beside a position; an address from the search goes when its spot does.
    if (choice.isAddress) put('address', choice.text);
    else if (before?.isAddress) put('address', '');
    tell();
  };

  const forget = (): void => {
    if (chosen?.isAddress) put('address', '');
    chosen = given = undefined;
    for (const name of ['lat', 'lon', 'accuracy_m', 'place']) put(name, '');
    tell();
  };

  root.addEventListener('click', (event) => {
    const tapped = (event.target as Element).closest('a, button');
    const choice = tapped && choices.get(tapped);
    // A place has a form of its own, with its own tiles; one that is filled in already stays where it is.
    if (!choice || (choice.place && !isBegun(new FormData(form)))) return;
    event.preventDefault();
    choose(choice);
    change.focus();
  });
  change.addEventListener('click', (event) => {
    event.preventDefault();
    forget();
    root.querySelector<HTMLElement>('[data-ways]:not([hidden]) :is(button, input)')?.focus();
  });

  root.addEventListener('map', (event) => {
    mapOpen = (event as CustomEvent<boolean>).detail;
    show();
  });
  root.addEventListener('pick', (event) => {
    void take((event as CustomEvent<Pick>).detail);
  });

  const take = async ({ here, spots }: Pick): Promise<void> => {
    choose({ here, text: say['pickedAlone'] ?? '' });
    const mine = chosen;
    try {
      const { places, inside } = await spots;
      if (chosen !== mine) return;
      const [nearest] = places;
      if (inside === false) {
        forget();
        summary.hidden = false;
        text.textContent = say['outside'] ?? '';
      } else if (nearest?.distance_m !== undefined && nearest.distance_m !== null) {
        choose({ here, text: fill(say['picked'], { distance: metres(nearest.distance_m), place: nearest.name }) });
      }
    } catch (error) {
      // Without network the position stands without words for it.
      if (!(error instanceof NoAnswer)) throw error;
    }
  };

  // A form that was emptied or filled in elsewhere: sent, or what was typed before is there again.
  form.addEventListener('change', () => {
    const lat = Number(field('lat')?.value);
    const lon = Number(field('lon')?.value);
    if (given?.here && Number(at(given.here)['lat']) !== lat) {
      choose(given);
      return;
    }
    if (lat && lon && !chosen?.here) {
      const address = field('address')?.value ?? '';
      chosen = { here: { lat, lon, accuracy: null }, text: address || (say['pickedAlone'] ?? ''), isAddress: address !== '' };
      show();
    } else if (chosen && !(lat && lon) && !field('place')?.value) {
      chosen = undefined;
      show();
    }
  });

  const { chosen: words, lat, lon } = say;
  if (words && lat && lon) {
    given = { here: { lat: Number(lat), lon: Number(lon), accuracy: null }, text: words, isAddress: Boolean(field('address')?.value) };
    choose(given);
  }
};

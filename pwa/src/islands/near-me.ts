/** “Use my position”: the places nearest to the phone as a list, and on the start page what is reported there. */
import type { Island } from '../islands.ts';
import type { Here } from '../spots.ts';
import { NoAnswer, ask, at, choices, fill, findSpots, line, MOST_NEAR, metres, placeLine, titled } from '../spots.ts';

/** Beyond this a list of places is a guess, and people are told so. */
export const POOR_M = 100;
const TIMEOUT_MS = 12_000;
const MAY_BE_OLD_MS = 30_000;

interface OpenReport {
  readonly category_name: string;
  readonly status_name: string;
  readonly age: string;
  readonly distance_m: number | null;
  readonly url: string;
}

export type Failure = 'denied' | 'unavailable';

function position(): Promise<Here> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        resolve({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy });
      },
      reject,
      { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: MAY_BE_OLD_MS },
    );
  });
}

/** What kept a position or its places away, as the page has words for it. */
export function reason(error: unknown, online: boolean): Failure | 'offline' {
  if (error instanceof NoAnswer) return online ? 'unavailable' : 'offline';
  return (error as { code?: number }).code === 1 ? 'denied' : 'unavailable';
}

async function reportsNear(here: Here, title: string): Promise<Node[]> {
  const { reports } = await ask<{ reports: readonly OpenReport[] }>('/api/v1/open-reports', at(here));
  const lines = reports.map(({ category_name, status_name, age, distance_m, url }) => {
    const { pathname, search } = new URL(url);
    const distance = distance_m === null ? [] : [metres(distance_m)];
    return line(pathname + search, category_name, [...distance, status_name, age].join(' · '));
  });
  return titled(title, lines);
}

function ownPosition(here: Here, text: string, chosen: string): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'ds-button';
  button.dataset['variant'] = 'secondary';
  button.textContent = text;
  choices.set(button, { here, text: chosen });
  return button;
}

export const nearMe: Island = (root) => {
  const button = root.querySelector<HTMLButtonElement>('[data-locate]');
  const said = root.querySelector<HTMLElement>('[data-said]');
  const found = root.querySelector<HTMLElement>('[data-found]');
  if (!button || !said || !found || !('geolocation' in navigator)) return;
  const say = root.dataset;
  root.toggleAttribute('data-shown', true);

  const show = async (): Promise<void> => {
    const here = await position();
    root.dispatchEvent(new CustomEvent('here', { detail: here, bubbles: true }));
    const { places, inside } = await findSpots(at(here));
    if (inside === false) {
      said.textContent = say['outside'] ?? '';
      return;
    }
    const accuracy = here.accuracy ?? 0;
    said.textContent = fill(accuracy > POOR_M ? say['poor'] : say['good'], { metres: metres(accuracy) });
    found.replaceChildren(...titled(say['nearest'], places.slice(0, MOST_NEAR).map((place) => placeLine(place, say['to']))));
    if (say['to']) found.append(ownPosition(here, say['use'] ?? '', `${say['chosen'] ?? ''} (±\u00a0${metres(accuracy)})`));
    if (say['openReports']) found.append(...(await reportsNear(here, say['openReports'])));
  };

  button.addEventListener('click', () => {
    if (button.ariaDisabled) return;
    button.ariaDisabled = 'true';
    found.replaceChildren();
    said.textContent = say['asking'] ?? '';
    show()
      .catch((error: unknown) => {
        said.textContent = say[reason(error, navigator.onLine)] ?? '';
        if (!(error instanceof NoAnswer || 'code' in (error as object))) throw error;
      })
      .finally(() => {
        button.ariaDisabled = null;
      })
      .catch((error: unknown) => {
        // A fault of ours belongs into the console, not under the carpet.
        reportError(error);
      });
  });
};

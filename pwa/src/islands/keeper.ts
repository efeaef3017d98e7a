/**
 * The sign keeper's bar: what is done with the sign before the keeper goes into the same box as residents' reports, with
 * position and photo, and is sent from there. Without this script the bar is a form like any other.
 */
import type { Island } from '../islands.ts';
import { wanted } from '../offline/directory.ts';
import type { News } from '../offline/sender.ts';
import { CHANNEL, tell } from '../offline/sender.ts';
import { shrink } from '../offline/shrink.ts';
import type { Item } from '../offline/store.ts';
import { inStore, newId } from '../offline/store.ts';
import { askForSync, sendWaiting } from './waiting.ts';

interface Deed {
  readonly kind: string;
  readonly at: string;
  readonly text: string;
  readonly position: { readonly lat: number; readonly lon: number; readonly accuracy_m: number } | null;
}

/** How long a phone may look for satellites, and how old a position may be. */
const PATIENCE_MS = 15_000;
const FRESH_MS = 10_000;
/** A sign's spot is worth waiting for; that of a check only tells whether the sign has moved. */
const WITH_POSITION = ['mounted', 'checked'];

function position(): Promise<Deed['position']> {
  return new Promise((resolve) => {
    if (!('geolocation' in navigator)) {
      resolve(null);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        resolve({ lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy });
      },
      () => {
        resolve(null);
      },
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
    );
  });
}

/** A deed as it waits in the box; its photo is added there. */
export function itemOf(code: string, deed: Deed, outline: { readonly id: string; readonly name: string; readonly language: string; readonly page: string }): Item {
  const { id, name, language, page } = outline;
  return {
    id,
    kind: 'sign',
    url: `/api/v1/signs/${code}/events/${id}?lang=${language}`,
    payload: JSON.stringify(deed),
    summary: { category: name, where: code },
    created_at: deed.at,
    language,
    page,
    draft: '',
    shared: false,
    photos: [],
    attempts: 0,
    not_before: 0,
    refusal: null,
    receipt: null,
  };
}

export const keeper: Island = (root) => {
  const form = root.querySelector('form');
  const said = root.querySelector<HTMLElement>('[data-part="said"]');
  const shown = root.querySelector('[data-part="code"]');
  const { code } = wanted(location.href);
  if (!form || !said || !code || !('BroadcastChannel' in window)) return;
  if (shown) shown.textContent = code;
  form.action ||= `/signs/${code}/events`;
  root.hidden = false;
  const say = (name: string, more = ''): void => {
    said.textContent = `${root.dataset[name] ?? ''} ${more}`.trim();
  };

  let last = '';
  let without = false;
  let busy = false;

  const keep = async (button: HTMLButtonElement, deed: Deed): Promise<void> => {
    const id = newId();
    const file = form.querySelector<HTMLInputElement>('input[type="file"]')?.files?.[0];
    const picture = file && (await shrink(file));
    const item = itemOf(code, deed, {
      id,
      name: button.textContent.trim(),
      language: document.documentElement.lang,
      page: location.pathname,
    });
    const photo = newId();
    await inStore('readwrite', (store) => {
      store.put('outbox', {
        ...item,
        photos: picture ? [{ id: photo, type: picture.type, tried: false, not_before: 0, attempts: 0 }] : [],
      });
      if (picture) store.put('photos', { id: photo, bytes: picture.bytes });
    });
    last = id;
    form.reset();
    form.querySelector('input[type="file"]')?.dispatchEvent(new Event('change', { bubbles: true }));
    say('kept');
    tell('changed');
    void askForSync().catch(() => undefined);
    void sendWaiting();
  };

  const act = async (button: HTMLButtonElement): Promise<void> => {
    const at = new Date().toISOString();
    let spot: Deed['position'] = null;
    if (WITH_POSITION.includes(button.value)) {
      say('finding');
      spot = await position();
      if (!spot && button.value === 'mounted' && !without) {
        without = true;
        say('nowhere');
        return;
      }
    }
    without = false;
    const text = form.querySelector<HTMLInputElement>('[name="text"]')?.value.trim() ?? '';
    await keep(button, { kind: button.value, at, text, position: spot });
    if (spot) say('kept', `${root.dataset['found'] ?? ''} ${String(Math.round(spot.accuracy_m))} m.`);
  };

  form.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    act(button)
      .catch(() => {
        // The phone cannot keep it; the form's own way still serves.
        const kind = document.createElement('input');
        kind.type = 'hidden';
        kind.name = 'kind';
        kind.value = button.value;
        form.append(kind);
        form.submit();
      })
      .finally(() => {
        busy = false;
      });
  });

  new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }: MessageEvent<News | string>) => {
    if (typeof data === 'string' || data.id !== last) return;
    if (data.refusal) said.textContent = data.refusal.message;
    else if (data.receipt && !data.photos_left) say('received');
    else if (data.problem === 'later') say('later');
  });

  // From now on also a sign that this phone has never seen shows the bar when there is no network.
  void (navigator as Partial<Navigator>).serviceWorker?.ready.then((registration) => {
    registration.active?.postMessage({ lang: document.documentElement.lang, anew: true });
  });
};

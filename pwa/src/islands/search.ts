/** Places and addresses while they are typed. Without it the form of the field asks the server for a page. */
import type { Island } from '../islands.ts';
import type { Spots } from '../spots.ts';
import { NoAnswer, fill, findSpots, line, ours, placeLine, titled } from '../spots.ts';

const PAUSE_MS = 300;
const FEWEST_CHARACTERS = 2;

export const search: Island = (root) => {
  const input = root.querySelector<HTMLInputElement>('input[name="q"]');
  const said = root.querySelector<HTMLElement>('[data-said]');
  const found = root.querySelector<HTMLElement>('[data-found]');
  if (!input?.form || !said || !found) return;
  const say = root.dataset;
  let asked = input.value.trim();
  let running: AbortController | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const show = ({ places, addresses, addresses_available }: Spots): void => {
    const count = places.length + addresses.length;
    const sentences = [count > 0 ? fill(say['foundSome'], { count: String(count) }) : addresses_available ? say['nothing'] : ''];
    if (!addresses_available) sentences.push(say['away']);
    said.textContent = sentences.filter(Boolean).join(' ');
    found.replaceChildren(
      ...titled(say['places'], places.map((place) => placeLine(place, say['to']))),
      ...titled(
        say['addresses'],
        addresses.map(({ text, lat, lon }) => {
          const { pathname, search: query } = ours('/report', { lat: String(lat), lon: String(lon), address: text });
          return line(pathname + query, text, '', { here: { lat, lon, accuracy: null }, text, isAddress: true });
        }),
      ),
    );
  };

  const run = async (): Promise<void> => {
    const text = input.value.trim();
    if (text === asked) return;
    asked = text;
    running?.abort();
    if (text.length < FEWEST_CHARACTERS) {
      said.textContent = '';
      found.replaceChildren();
      return;
    }
    running = new AbortController();
    try {
      show(await findSpots({ q: text }, running.signal));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      if (!(error instanceof NoAnswer)) throw error;
      asked = '';
      found.replaceChildren();
      said.textContent = say[navigator.onLine ? 'failed' : 'offline'] ?? '';
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(() => void run(), PAUSE_MS);
  });
  input.form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(pause);
    void run();
  });
};

import type { Island } from '../islands.ts';
import { questions } from './questions.ts';

// Long enough for a word to be typed, short enough to be seen as an answer to it.
const PAUSE_MS = 400;

/** While a form is filled in, shows beside it what the server would make of it. Nothing is saved. */
export const livePreview: Island = (root) => {
  if (!(root instanceof HTMLFormElement)) return;
  let waiting = 0;
  let asking: AbortController | undefined;

  const show = async (): Promise<void> => {
    asking?.abort();
    asking = new AbortController();
    const body = new FormData(root);
    body.set('do', 'show');
    try {
      const answer = await fetch(root.action, { method: 'POST', body, signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.querySelector('[data-preview]');
      if (!fresh) return;
      document.querySelector('[data-preview]')?.replaceWith(fresh);
      for (const part of fresh.querySelectorAll<HTMLElement>('[data-island="questions"]')) questions(part);
    } catch {
      // Without network the preview stays as it is; the button below the form still asks for it.
    }
  };

  root.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void show(), PAUSE_MS);
  });
};

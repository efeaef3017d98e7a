import type { Island } from '../islands.ts';

export interface Patience {
  readonly idleSeconds: number;
  readonly warningSeconds: number;
}

/** Whether somebody is there: they are, they are asked, or they have gone. */
export function presence(quietSeconds: number, { idleSeconds, warningSeconds }: Patience): { stage: 'here' | 'asked' | 'gone'; left: number } {
  const left = Math.max(0, Math.ceil(idleSeconds + warningSeconds - quietSeconds));
  if (left === 0) return { stage: 'gone', left };
  return { stage: quietSeconds < idleSeconds ? 'here' : 'asked', left };
}

function clear(): void {
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input:not([type="hidden"], [type="submit"]), textarea')) {
    if (field instanceof HTMLInputElement && /radio|checkbox/.test(field.type)) field.checked = false;
    else field.value = '';
  }
}

function cameBack(): boolean {
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation instanceof PerformanceNavigationTiming && navigation.type === 'back_forward';
}

/** One person after the other: whoever goes away leaves nothing to see, nor to find with the Back button. */
export const kiosk: Island = (root) => {
  const { start = '/', idleSeconds = '60', warningSeconds = '20' } = root.dataset;
  const seconds = root.querySelector('[data-seconds-left]');
  if (!(root instanceof HTMLDialogElement) || !seconds) return;
  const patience = { idleSeconds: Number(idleSeconds), warningSeconds: Number(warningSeconds) };
  let lastSeen = performance.now();

  let leaving = false;
  // Without network the browser would show a page of its own, and stay there: nothing of ours runs on that one.
  const startOver = (): void => {
    clear();
    if (leaving) return;
    leaving = true;
    fetch(start, { cache: 'no-store' }).then(
      () => {
        window.location.replace(start);
      },
      () => {
        leaving = false;
      },
    );
  };
  const isUntouched = (): boolean =>
    window.location.pathname + window.location.search === start && !document.querySelector<HTMLInputElement>('[name="q"]')?.value;
  const isHere = (): void => {
    lastSeen = performance.now();
    if (root.open) root.close();
  };
  const look = (): void => {
    const { stage, left } = presence((performance.now() - lastSeen) / 1000, patience);
    if (stage === 'here') return;
    if (isUntouched()) isHere();
    else if (stage === 'gone') startOver();
    else {
      seconds.textContent = String(left);
      if (!root.open) root.showModal();
    }
  };

  for (const sign of ['pointerdown', 'keydown', 'input', 'wheel']) {
    document.addEventListener(sign, isHere, { capture: true, passive: true });
  }
  // The answer to a form would otherwise stay in the history together with what was sent for it.
  window.history.replaceState(null, '', window.location.href);
  window.addEventListener('pagehide', clear);
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) startOver();
  });
  if (cameBack()) startOver();
  else window.setInterval(look, 1000);
};

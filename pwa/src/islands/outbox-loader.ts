/**
 * Loads the outbox late: whoever only looks at a page never pays for it. A report sent before it is there waits for it a
 * moment, and goes the form's native way if it does not come.
 */
const PATIENCE_MS = 3_000;
/** Set while this device keeps anything (waiting.ts). */
export const KEEPS_SOMETHING = 'keeps';

function keepsSomething(): boolean {
  try {
    return KEEPS_SOMETHING in localStorage || Object.keys(sessionStorage).some((name) => name.startsWith('draft:'));
  } catch {
    return false;
  }
}

export function loadOutboxWhenNeeded(): void {
  const address = document.querySelector<HTMLElement>('[data-outbox]')?.dataset['outbox'];
  // Without it pages and worker cannot tell each other what was sent.
  if (!address || !('BroadcastChannel' in window)) return;
  const form = document.querySelector<HTMLFormElement>('form[data-report-form]');
  let loading: Promise<unknown> | undefined;
  const load = (): Promise<unknown> =>
    (loading ??= (import(address) as Promise<{ ready: Promise<unknown> }>).then(({ ready }) => ready));

  let gone = false;
  // In a turn of its own: while the browser still fires an event of submitting, it ignores a second wish to submit.
  const goOn = (native: unknown): void => {
    setTimeout(() => {
      // However often Send was tapped meanwhile: it is on its way.
      if (!form || gone) return;
      form.removeEventListener('submit', hold, true);
      gone = true;
      // report-form.ts leaves it alone then, or it would make a second report of it.
      if (native) form.dataset['native'] = '';
      if ('requestSubmit' in form) form.requestSubmit();
      else (form as HTMLFormElement).submit();
    });
  };
  const hold = (event: SubmitEvent): void => {
    if (event.defaultPrevented || event.submitter?.hasAttribute('name')) return;
    event.preventDefault();
    // What loads says nothing; an error does.
    load().then(goOn, goOn);
    setTimeout(goOn, PATIENCE_MS, true);
  };
  form?.addEventListener('submit', hold, true);

  const touched = (): void => {
    load()
      .then(() => form?.removeEventListener('submit', hold, true))
      .catch(() => {
        // The form still works as the browser made it.
      });
  };
  for (const name of ['pointerdown', 'keydown', 'focusin', 'change']) addEventListener(name, touched, { once: true, capture: true });
  if (keepsSomething() || !navigator.onLine || (navigator as Partial<Navigator>).serviceWorker?.controller) touched();
}

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

  const hold = (event: SubmitEvent): void => {
    if (event.defaultPrevented || event.submitter?.hasAttribute('name')) return;
    event.preventDefault();
    const late = new Promise((resolve) => {
      setTimeout(resolve, PATIENCE_MS);
    });
    // In a turn of its own: while the browser still fires this event, it ignores a second wish to submit.
    const goOn = (): void => {
      setTimeout(() => {
        form?.removeEventListener('submit', hold, true);
        if (form && 'requestSubmit' in form) form.requestSubmit();
        else (form as HTMLFormElement | null)?.submit();
      });
    };
    void Promise.race([load(), late]).then(goOn, goOn);
  };
  form?.addEventListener('submit', hold, true);

  const touched = (): void => {
    load().then(
      () => form?.removeEventListener('submit', hold, true),
      () => {
        // The form still works as the browser made it.
      },
    );
  };
  for (const name of ['pointerdown', 'keydown', 'focusin', 'change']) addEventListener(name, touched, { once: true, capture: true });
  if (keepsSomething() || !navigator.onLine || (navigator as Partial<Navigator>).serviceWorker?.controller) touched();
}

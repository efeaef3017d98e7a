/** Makes or uses a passkey, and sends what the browser's answer is with its form. Without it the form stays hidden. */
import type { Island } from '../islands.ts';
import { asCreation, asJson, asRequest } from '../webauthn.ts';

class NotAsked extends Error {}

/** What the server wants to be signed; a session that must first show who it is leads to the page that asks. */
async function ask(url: string): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST' });
  if (answer.redirected) {
    location.assign(answer.url);
    throw new NotAsked();
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

export const passkey: Island = (root) => {
  const form = root as HTMLFormElement;
  const field = form.querySelector<HTMLInputElement>('[name="credential"]');
  const said = form.querySelector<HTMLElement>('[role="status"]');
  const button = form.querySelector<HTMLButtonElement>('button');
  // Pages that are not served over TLS have none, and neither have addresses that are numbers.
  const { hostname } = location;
  if (!field || !said || !button || !('PublicKeyCredential' in window) || /^[\d.]+$|^\[/.test(hostname)) return;
  const { options = '', way, failed = '' } = form.dataset;
  form.hidden = false;

  const run = async (): Promise<void> => {
    const asked = await ask(options);
    const made = way === 'add' ? await navigator.credentials.create(asCreation(asked)) : await navigator.credentials.get(asRequest(asked));
    field.value = JSON.stringify(asJson(made as PublicKeyCredential));
    form.submit();
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    said.textContent = '';
    button.disabled = true;
    run().catch((error: unknown) => {
      button.disabled = false;
      if (!(error instanceof NotAsked)) said.textContent = failed;
    });
  });
};

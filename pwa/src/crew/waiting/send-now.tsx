/** Sends at once what waits for the network. */
import type { JSX } from 'preact';
import { sendNow } from '../outgoing.ts';
import type { State } from '../state.ts';
import { focusTitle } from '../ui.tsx';
import { say } from '../words.ts';

/** Never disabled, which would take the focus away; a second tap has what is left tried once more. */
export function SendNow({ app }: { readonly app: State }): JSX.Element {
  const send = async (): Promise<void> => {
    await sendNow(true);
    // Nothing may be left that waits, and then the button has gone.
    setTimeout(() => {
      if (document.activeElement === document.body) focusTitle();
    });
  };
  return (
    <button type="button" class="main" onClick={() => void send()}>
      {say(app.sending ? 'sending' : 'send_now')}
    </button>
  );
}

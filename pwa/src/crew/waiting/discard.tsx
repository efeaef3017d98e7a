/** What was refused is thrown away only by a second tap. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { throwAway } from '../outgoing.ts';
import type { Action } from '../queue/action.ts';
import { focusTitle } from '../ui.tsx';
import { say } from '../words.ts';

export function Discard({ action }: { readonly action: Action }): JSX.Element {
  const [isSure, ask] = useState(false);
  return (
    <button
      type="button"
      class="danger"
      onClick={() => {
        if (!isSure) {
          ask(true);
          return;
        }
        void throwAway(action.id);
        focusTitle();
      }}
    >
      {say(isSure ? 'discard_sure' : 'discard')}
    </button>
  );
}

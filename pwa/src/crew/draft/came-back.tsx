/** A form that was not saved the last time. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Notice } from '../ui.tsx';
import { say } from '../words.ts';

/** What was left here is thrown away only by a second tap. */
export function CameBack({ onDiscard }: { readonly onDiscard: () => void }): JSX.Element {
  const [isSure, ask] = useState(false);
  return (
    <Notice tone="waiting">
      <p>{say('draft_back')}</p>
      <button
        type="button"
        class="danger"
        onClick={() => {
          if (isSure) onDiscard();
          else ask(true);
        }}
      >
        {say(isSure ? 'discard_sure' : 'discard')}
      </button>
    </Notice>
  );
}

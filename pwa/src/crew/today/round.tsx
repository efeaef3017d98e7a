/** The bar that leads from chosen reports to a round through them. */
import type { JSX } from 'preact';
import { screenAddress } from '../router.ts';
import { count, say } from '../words.ts';
import { choosing, useChosen } from './chosen.ts';

/** What was chosen for a round, within reach of a thumb. */
export function Round(): JSX.Element | null {
  const chosen = useChosen();
  if (chosen.size === 0) return null;
  return (
    <div class="round-bar" role="region" aria-label={say('round')}>
      <b>{count('chosen_one', 'chosen_many', chosen.size)}</b>
      <a class="button main" href={screenAddress('route')}>
        {say('make_route')}
      </a>
      <button type="button" onClick={choosing.clear}>
        {say('clear')}
      </button>
    </div>
  );
}

/** Other open reports at the same place, to be handled in the same go. */
import type { JSX } from 'preact';
import type { Shown } from '../overlay.ts';
import { count, say } from '../words.ts';

/** More are a list to work through, not neighbours. */
const MOST = 12;

interface Props {
  readonly others: readonly Shown[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

export function Beside({ others, chosen, onChange }: Props): JSX.Element {
  return (
    <details class="more" open={chosen.length > 0}>
      <summary>{count('beside_one', 'beside_many', others.length)}</summary>
      <fieldset>
        <legend>{say('also_these')}</legend>
        {others.slice(0, MOST).map(({ number, category_name, sign_label, description }) => (
          <label key={number} class="tick">
            <input
              type="checkbox"
              name="also"
              value={number}
              checked={chosen.includes(number)}
              onChange={({ currentTarget }) => {
                onChange(currentTarget.checked ? [...chosen, number] : chosen.filter((one) => one !== number));
              }}
            />
            <span>
              {category_name}
              <span class="soft"> {[sign_label, description.slice(0, 60)].filter(Boolean).join(' · ')}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** What narrows and orders the list. Remembered while the tab is open, so that the way back leads to the same list. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Filter } from '../grouping.ts';
import { EVERYTHING } from '../grouping.ts';
import { findMe } from '../here.ts';
import type { State } from '../state.ts';
import { say } from '../words.ts';

const KEY = 'crew-filter';

function remembered(): Filter {
  return { ...EVERYTHING, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Filter>) };
}

export function useFilter(): [Filter, (filter: Filter) => void] {
  const [filter, keep] = useState(remembered);
  const change = (next: Filter): void => {
    sessionStorage.setItem(KEY, JSON.stringify(next));
    keep(next);
  };
  return [filter, change];
}

interface Props {
  readonly app: State;
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

const ONLY = ['all', 'urgent', 'overdue', 'mine', 'waiting'] as const;

function Choose({ app, filter, onChange }: Props): JSX.Element {
  const kinds = [...new Set((app.worklist?.reports ?? []).flatMap(({ place_kind }) => place_kind ?? []))].sort();
  return (
    <>
      <label class="inline">
        <span>{say('sort')}</span>
        <select
          value={filter.sort}
          onChange={({ currentTarget }) => {
            if (currentTarget.value === 'distance') findMe();
            onChange({ ...filter, sort: currentTarget.value as Filter['sort'] });
          }}
        >
          <option value="urgency">{say('sort_urgency')}</option>
          <option value="distance">{say('sort_distance')}</option>
        </select>
      </label>
      {kinds.length > 1 && (
        <label class="inline">
          <span>{say('kind')}</span>
          <select
            value={filter.kind}
            onChange={({ currentTarget }) => {
              onChange({ ...filter, kind: currentTarget.value });
            }}
          >
            <option value="">{say('kind_all')}</option>
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {app.ground?.kinds.find(({ code }) => code === kind)?.name ?? kind}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="tick">
        <input
          type="checkbox"
          checked={filter.grouped}
          onChange={({ currentTarget }) => {
            onChange({ ...filter, grouped: currentTarget.checked });
          }}
        />
        {say('group')}
      </label>
    </>
  );
}

export function Filters({ app, filter, onChange }: Props): JSX.Element {
  // What narrows the list is in sight, also when one comes back to it.
  const [isOpen] = useState(filter.sort !== 'urgency' || filter.kind !== '' || filter.grouped);
  return (
    <search class="filters">
      <input
        type="search"
        aria-label={say('search')}
        placeholder={say('search')}
        value={filter.words}
        onInput={({ currentTarget }) => {
          onChange({ ...filter, words: currentTarget.value });
        }}
      />
      <div class="chips" role="group" aria-label={say('show')}>
        {ONLY.map((only) => (
          <button
            key={only}
            type="button"
            aria-pressed={filter.only === only}
            onClick={() => {
              onChange({ ...filter, only });
            }}
          >
            {say(`only_${only}`)}
          </button>
        ))}
      </div>
      <details class="more" open={isOpen}>
        <summary>{say('order')}</summary>
        <div class="choices">
          <Choose app={app} filter={filter} onChange={onChange} />
        </div>
      </details>
    </search>
  );
}

/** Today: what is to be done, by urgency or distance, as a list and on a map. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Filter } from '../grouping.ts';
import { groupsOf, rowsOf } from '../grouping.ts';
import { isToDo, overlayAll } from '../overlay.ts';
import type { State } from '../state.ts';
import { Notice, Title } from '../ui.tsx';
import { count, say } from '../words.ts';
import { Filters, useFilter } from './filters.tsx';
import { List } from './list.tsx';
import { WorkMap, useWide } from './map.tsx';
import { Round } from './round.tsx';

function Nothing({ app, filter }: { readonly app: State; readonly filter: Filter }): JSX.Element {
  if (!app.worklist) return <p>{say(app.link === 'offline' ? 'nothing_kept' : 'fetching')}</p>;
  const isFiltered = filter.words !== '' || filter.only !== 'all' || filter.kind !== '';
  return <p>{say(isFiltered ? 'nothing_fits' : 'nothing_to_do')}</p>;
}

export function Today({ app }: { readonly app: State }): JSX.Element {
  const [filter, setFilter] = useFilter();
  const [isMapOpen, openMap] = useState(false);
  const isWide = useWide();
  const me = app.owner?.id ?? 0;
  const all = useMemo(
    () => overlayAll(app.worklist?.reports ?? [], app.actions.filter(({ by }) => by.id === me), app.sent),
    [app.worklist, app.actions, app.sent, me],
  );
  const toDo = useMemo(() => all.filter(isToDo), [all]);
  const rows = useMemo(() => rowsOf(toDo, filter, app.here, me), [toDo, filter, app.here, me]);
  const groups = useMemo(() => groupsOf(rows, filter.grouped), [rows, filter.grouped]);
  const showsMap = isWide || isMapOpen;
  return (
    <div class={showsMap ? 'today with-map' : 'today'}>
      <div class="list-side">
        <div class="title-row">
          <Title>{app.worklist?.unit?.name ?? say('all_units')}</Title>
          <p class="soft" data-count={rows.length}>
            {count('open_one', 'open_many', rows.length)}
          </p>
        </div>
        <Filters app={app} filter={filter} onChange={setFilter} />
        {!isWide && (
          <button
            type="button"
            class="wide-button"
            aria-expanded={isMapOpen}
            onClick={() => {
              openMap(!isMapOpen);
            }}
          >
            {say(isMapOpen ? 'hide_map' : 'show_map')}
          </button>
        )}
        {!isWide && isMapOpen && <WorkMap rows={rows} here={app.here} />}
        {app.worklist?.more && (
          <Notice>
            <p>{say('list_cut')}</p>
          </Notice>
        )}
        {rows.length === 0 ? <Nothing app={app} filter={filter} /> : <List groups={groups} />}
        <Round />
      </div>
      {isWide && <WorkMap rows={rows} here={app.here} />}
    </div>
  );
}

/** One place alone, as an address from elsewhere asks for it (`/crew?place=…`): all that is open there, whatever the list is narrowed to. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { EVERYTHING, groupsOf, rowsOf } from '../grouping.ts';
import { isToDo, overlayAll } from '../overlay.ts';
import { screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { Title } from '../ui.tsx';
import { count, say } from '../words.ts';
import { List } from './list.tsx';
import { WorkMap, useWide } from './map.tsx';
import { Round } from './round.tsx';

export function PlacePage({ place, app }: { readonly place: number; readonly app: State }): JSX.Element {
  const isWide = useWide();
  const me = app.owner?.id ?? 0;
  const rows = useMemo(() => {
    const here = (app.worklist?.reports ?? []).filter((report) => report.place === place);
    return rowsOf(overlayAll(here, app.actions.filter(({ by }) => by.id === me), app.sent).filter(isToDo), EVERYTHING, app.here, me);
  }, [place, app.worklist, app.actions, app.sent, app.here, me]);
  const groups = useMemo(() => groupsOf(rows, false), [rows]);
  const name = app.ground?.places.find(({ id }) => id === place)?.name ?? rows[0]?.report.place_name ?? say('this_place');
  return (
    <div class={isWide ? 'today with-map' : 'today'}>
      <div class="list-side">
        <p class="back">
          <a href={screenAddress('today')}>{say('back_to_list')}</a>
        </p>
        <div class="title-row">
          <Title>{name}</Title>
          <p class="soft" data-count={rows.length}>
            {rows.length === 0 ? say(app.worklist ? 'nothing_at_sign' : app.link === 'offline' ? 'nothing_kept' : 'fetching') : count('open_one', 'open_many', rows.length)}
          </p>
        </div>
        <p class="buttons place-buttons">
          <a class="button" href={screenAddress(`new?place=${String(place)}`)}>
            {say('new_fault_here')}
          </a>
        </p>
        <List groups={groups} />
        <Round />
      </div>
      {isWide && <WorkMap rows={rows} here={app.here} />}
    </div>
  );
}

/** A round through the chosen reports, and its hand-off to the device's own map. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { inWords } from '../../spots.ts';
import type { Row } from '../grouping.ts';
import { distanceTo } from '../grouping.ts';
import { findMe } from '../here.ts';
import { overlayAll } from '../overlay.ts';
import type { Stop } from '../route.ts';
import { gpxOf, lengthOf, mapAddress, orderOf } from '../route.ts';
import { reportAddress, screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import { Title } from '../ui.tsx';
import { count, say } from '../words.ts';
import { choosing, useChosen } from './chosen.ts';
import { WorkMap } from './map.tsx';

interface Halt extends Stop {
  readonly row: Row;
}

function haltsOf(rows: readonly Row[]): Halt[] {
  return rows.flatMap((row): Halt[] => {
    const { lat, lon, place_name, category_name } = row.report;
    return lat === null || lon === null ? [] : [{ lat, lon, name: place_name ?? category_name, row }];
  });
}

/** The device's own share sheet where it takes files, else a download. */
async function handOff(stops: readonly Stop[]): Promise<void> {
  const file = new File([gpxOf(say('round'), stops)], 'vof.gpx', { type: 'application/gpx+xml' });
  const { canShare } = navigator as { canShare?: (what: ShareData) => boolean };
  if (canShare?.call(navigator, { files: [file] })) {
    await navigator.share({ files: [file] });
    return;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function HaltLine({ halt, at }: { readonly halt: Halt; readonly at: number }): JSX.Element {
  const { report } = halt.row;
  return (
    <li class="halt">
      <b class="halt-number">{at + 1}</b>
      <div class="card-text">
        <h2>
          <a href={reportAddress(report.number)}>{report.category_name}</a>
        </h2>
        <p>{halt.name}</p>
      </div>
      <a class="button" href={mapAddress(halt, navigator.userAgent)}>
        {say('directions')}
        <span class="hidden"> {halt.name}</span>
      </a>
    </li>
  );
}

export function Route({ app }: { readonly app: State }): JSX.Element {
  const chosen = useChosen();
  const rows = useMemo(
    () =>
      overlayAll(app.worklist?.reports ?? [], app.actions, app.sent)
        .filter(({ number }) => chosen.has(number))
        .map((report) => ({ report, metres: distanceTo(report, app.here) })),
    [app.worklist, app.actions, app.sent, app.here, chosen],
  );
  const halts = useMemo(() => orderOf(app.here, haltsOf(rows)), [rows, app.here]);
  const nowhere = rows.length - halts.length;
  const ordered = useMemo(() => halts.map(({ row }) => row), [halts]);
  return (
    <div class="today with-map">
      <div class="list-side">
        <p class="back">
          <a href={screenAddress('today')}>{say('back_to_list')}</a>
        </p>
        <Title>{say('round')}</Title>
        <p>
          {count('stops_one', 'stops_many', halts.length)} · {say('as_crow_flies', { length: inWords(lengthOf(app.here, halts), language()) })}
        </p>
        {nowhere > 0 && <p class="soft">{count('nowhere_one', 'nowhere_many', nowhere)}</p>}
        <div class="buttons">
          {!app.here && (
            <button
              type="button"
              onClick={() => {
                findMe();
              }}
            >
              {say('from_here')}
            </button>
          )}
          <button type="button" disabled={halts.length === 0} onClick={() => void handOff(halts).catch(() => undefined)}>
            {say('gpx')}
          </button>
          <button type="button" onClick={choosing.clear}>
            {say('clear')}
          </button>
        </div>
        <ol class="halts">
          {halts.map((halt, at) => (
            <HaltLine key={halt.row.report.number} halt={halt} at={at} />
          ))}
        </ol>
      </div>
      <WorkMap rows={ordered} here={app.here} ordered />
    </div>
  );
}

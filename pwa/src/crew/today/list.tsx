/** The list of reports. A long one grows while it is scrolled, so that its beginning is there at once. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { inWords } from '../../spots.ts';
import type { Group, Row } from '../grouping.ts';
import { reportAddress } from '../router.ts';
import { language } from '../state.ts';
import { Status, Tag } from '../ui.tsx';
import { count, dueWords, say } from '../words.ts';
import { choosing, useChosen } from './chosen.ts';

const AT_FIRST = 12;
const MORE = 5;
/** So far below the window the next ones are made. */
const AHEAD = '1200px';

function Marks({ report, metres }: Row): JSX.Element {
  return (
    <p class="marks">
      {report.danger && <Tag tone="danger">{say('danger')}</Tag>}
      {report.urgent && <Tag tone="danger">{say('urgent')}</Tag>}
      {report.overdue && <Tag tone="danger">{say('overdue')}</Tag>}
      {report.status !== 'received' && <Status status={report.status} />}
      {report.waiting.length > 0 && <Tag tone="waiting">{count('waits_one', 'waits_many', report.waiting.length)}</Tag>}
      <span class={report.overdue ? 'late' : undefined}>{dueWords(report.due_at)}</span>
      {metres !== null && <span>{inWords(metres, language())}</span>}
    </p>
  );
}

export function Card({ row, chosen }: { readonly row: Row; readonly chosen: boolean }): JSX.Element {
  const { report, metres } = row;
  const [photo] = report.photos;
  return (
    <li class={report.urgent ? 'card urgent' : 'card'} data-number={report.number}>
      {photo && <img src={photo.thumbnail} alt="" width="72" height="72" loading="lazy" decoding="async" />}
      <div class="card-text">
        <h3>
          <a href={reportAddress(report.number)}>{report.category_name}</a>
        </h3>
        <p>
          {report.place_name ?? (report.address || say('no_place'))}
          {report.sign_label && <span class="soft"> · {report.sign_label}</span>}
        </p>
        <Marks report={report} metres={metres} />
      </div>
      <label class="choose">
        <input
          type="checkbox"
          checked={chosen}
          onChange={() => {
            choosing.toggle(report.number);
          }}
        />
        <span class="hidden">{say('choose', { what: report.category_name })}</span>
      </label>
    </li>
  );
}

interface Drawn {
  readonly chosen: boolean;
  readonly card: JSX.Element;
}

const drawn = new WeakMap<Row, Drawn>();

/** The card of a row is made once: one that is the same as before is not compared again, however long the list grows. */
function cardOf(row: Row, chosen: boolean): JSX.Element {
  const before = drawn.get(row);
  if (before?.chosen === chosen) return before.card;
  const card = <Card key={row.report.number} row={row} chosen={chosen} />;
  drawn.set(row, { chosen, card });
  return card;
}

/** How many rows are made: more as the end comes near. */
function useGrowing(total: number): [number, RefObject<HTMLDivElement | null>] {
  const [shown, show] = useState(AT_FIRST);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current || shown >= total) return undefined;
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) show(shown + MORE);
      },
      { rootMargin: `0px 0px ${AHEAD} 0px` },
    );
    watch.observe(end.current);
    return () => {
      watch.disconnect();
    };
  }, [shown, total]);
  return [shown, end];
}

export function List({ groups }: { readonly groups: readonly Group[] }): JSX.Element {
  const chosen = useChosen();
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const [shown, end] = useGrowing(total);
  let left = shown;
  return (
    <>
      {groups.map(({ key, place, rows }) => {
        if (left <= 0) return null;
        const part = rows.slice(0, left);
        left -= part.length;
        return (
          <section key={key}>
            <h2 class={place === null ? 'hidden' : 'place-title'}>
              {place ?? say('reports')} {place !== null && <span class="soft">({rows.length})</span>}
            </h2>
            <ul class="cards">
              {part.map((row) => cardOf(row, chosen.has(row.report.number)))}
            </ul>
          </section>
        );
      })}
      <div ref={end} class="list-end" />
    </>
  );
}

/** The list of reports. A long one grows while it is scrolled, so that its beginning is there at once. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { inWords } from '../../spots.ts';
import type { Group, Row } from '../grouping.ts';
import { chunksOf, packsOf } from '../grouping.ts';
import { reportAddress } from '../router.ts';
import { language } from '../state.ts';
import { Status, Tag } from '../ui.tsx';
import { count, dueWords, say } from '../words.ts';
import { choosing, useChosen } from './chosen.ts';

/** So many rows are made, laid out and watched by the browser as one: it looks at each such part in each frame. */
const CHUNK = 8;
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

interface CardProps {
  readonly row: Row;
  readonly chosen: boolean;
  /** Which row of how many; a list that grows has not all of them yet. */
  readonly at: number;
  readonly of: number;
}

/** Rows of a list are no `li`, so that parts of it may stand between it and them. */
export function Card({ row, chosen, at, of }: CardProps): JSX.Element {
  const { report, metres } = row;
  const [photo] = report.photos;
  return (
    <div role="listitem" aria-posinset={at} aria-setsize={of} class={report.urgent ? 'card urgent' : 'card'} data-number={report.number}>
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
    </div>
  );
}

interface ChunkProps {
  readonly rows: readonly Row[];
  readonly chosen: ReadonlySet<string>;
  readonly after: number;
  readonly of: number;
}

/** Made once: a chunk that is the same as before is not compared again, however long the list grows. */
function Cards({ rows, chosen, after, of }: ChunkProps): JSX.Element {
  const ticked = rows.flatMap(({ report }) => (chosen.has(report.number) ? report.number : [])).join(' ');
  return useMemo(
    () => (
      <>
        {rows.map((row, nth) => (
          <Card key={row.report.number} row={row} chosen={chosen.has(row.report.number)} at={after + nth + 1} of={of} />
        ))}
      </>
    ),
    [rows, ticked, after, of],
  );
}

function Heading({ group }: { readonly group: Group }): JSX.Element {
  const { place, rows } = group;
  return (
    <h2 class={place === null ? 'hidden' : 'place-title'}>
      {place ?? say('reports')} {place !== null && <span class="soft">({rows.length})</span>}
    </h2>
  );
}

interface PartProps {
  readonly group: Group;
  readonly chosen: ReadonlySet<string>;
}

/** A place with few reports. */
function Short({ group, chosen }: PartProps): JSX.Element {
  return (
    <section>
      <Heading group={group} />
      <div class="cards" role="list">
        <Cards rows={group.rows} chosen={chosen} after={0} of={group.rows.length} />
      </div>
    </section>
  );
}

/** One with many, of which so many are shown. */
function Long({ group, chosen, shown }: PartProps & { readonly shown: number }): JSX.Element {
  const chunks = useMemo(() => chunksOf(group.rows, CHUNK), [group]);
  return (
    <section>
      <Heading group={group} />
      <div class="cards" role="list">
        {chunks.slice(0, Math.ceil(shown / CHUNK)).map((rows, nth) => (
          <div key={nth} class="chunk">
            <Cards rows={rows} chosen={chosen} after={nth * CHUNK} of={group.rows.length} />
          </div>
        ))}
      </div>
    </section>
  );
}

/** How many rows are made: more as the end comes near. */
function useGrowing(total: number): [number, RefObject<HTMLDivElement | null>] {
  const [shown, show] = useState(CHUNK);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current || shown >= total) return undefined;
    const watch = new IntersectionObserver(
      (entries) => {
        // A slow tablet hears of several at once, and the first of them may be older than the last scroll.
        if (entries.some(({ isIntersecting }) => isIntersecting)) show(shown + CHUNK);
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
  const packs = useMemo(() => packsOf(groups, CHUNK), [groups]);
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const [shown, end] = useGrowing(total);
  let left = shown;
  return (
    <>
      {/* By themselves, so that a new one has no neighbour after it whose style would be looked at anew. */}
      <div>
        {packs.map(({ key, groups: [first, ...others], size }) => {
          if (left <= 0) return null;
          const part = left;
          left -= size;
          if (size > CHUNK) return <Long key={key} group={first} chosen={chosen} shown={part} />;
          return (
            <div key={key} class="chunk">
              {[first, ...others].map((group) => (
                <Short key={group.key} group={group} chosen={chosen} />
              ))}
            </div>
          );
        })}
      </div>
      <div ref={end} class="list-end" />
    </>
  );
}

/** Everything that is needed on the spot. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { inWords } from '../../spots.ts';
import { distanceTo } from '../grouping.ts';
import type { Shown } from '../overlay.ts';
import { mapAddress } from '../route.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import type { Happening, Photo } from '../types.ts';
import { Notice, Status, Tag, Title } from '../ui.tsx';
import { count, dueWords, say, timeOf } from '../words.ts';

function Picture({ photo, at }: { readonly photo: Photo; readonly at: number }): JSX.Element {
  const [isLarge, enlarge] = useState(false);
  const [hasMedium, setMedium] = useState(true);
  const words = [say('photo', { n: at + 1 }), photo.moment && say(`photo_${photo.moment}`), photo.by_staff && say('by_crew')].filter(Boolean).join(', ');
  return (
    <button
      type="button"
      class={isLarge ? 'picture large' : 'picture'}
      aria-expanded={isLarge}
      onClick={() => {
        enlarge(!isLarge);
      }}
    >
      <img
        src={isLarge && hasMedium ? photo.medium : photo.thumbnail}
        alt={words}
        onError={() => {
          // Only the small one is kept for when there is no network.
          setMedium(false);
        }}
      />
    </button>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }): JSX.Element | null {
  if (children === null || children === '' || children === undefined) return null;
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Happened({ events }: { readonly events: readonly Happening[] }): JSX.Element {
  return (
    <ol class="events">
      {events.map(({ id, at, words, by, public_text, internal_text, minutes }) => (
        <li key={id}>
          <p>
            <b>{words}</b>{' '}
            <span class="soft">
              {timeOf(at, language())}
              {by && ` · ${by}`}
              {minutes !== null && ` · ${say('spent', { n: minutes })}`}
            </span>
          </p>
          {public_text && <p class="said">{public_text}</p>}
          {internal_text && (
            <p class="said internal">
              <b>{say('for_staff')}</b> {internal_text}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Where({ report, app }: { readonly report: Shown; readonly app: State }): JSX.Element {
  const { lat, lon, place_name, sign_label, sign, address } = report;
  const metres = distanceTo(report, app.here);
  return (
    <div class="where">
      <p class="place">
        {place_name ?? (address || say('no_place'))}
        {(sign_label ?? sign) && <span class="soft"> · {[sign_label, sign].filter(Boolean).join(' · ')}</span>}
      </p>
      {place_name && address && address !== place_name && <p>{address}</p>}
      {lat !== null && lon !== null && (
        <a class="button" href={mapAddress({ lat, lon, name: place_name ?? report.category_name }, navigator.userAgent)}>
          {say('directions')}
          {metres !== null && ` · ${inWords(metres, language())}`}
        </a>
      )}
    </div>
  );
}

export function Facts({ report, app }: { readonly report: Shown; readonly app: State }): JSX.Element {
  const { answers, assignee, followers, events, due_at } = report;
  return (
    <div class="facts-side">
      <Title eyebrow={report.number}>{report.category_name}</Title>
      <p class="marks">
        {report.urgent && <Tag tone="danger">{say('urgent')}</Tag>}
        {report.overdue && <Tag tone="danger">{say('overdue')}</Tag>}
        <Status status={report.status} />
        {report.waiting.length > 0 && <Tag tone="waiting">{count('waits_one', 'waits_many', report.waiting.length)}</Tag>}
      </p>
      <Where report={report} app={app} />
      {report.danger && (
        <Notice tone="danger">
          <p>{say('danger_said')}</p>
        </Notice>
      )}
      {report.description && <p class="description">{report.description}</p>}
      {report.photos.length > 0 && (
        <div class="pictures">
          {report.photos.map((photo, at) => (
            <Picture key={photo.id} photo={photo} at={at} />
          ))}
        </div>
      )}
      <dl class="facts">
        {answers.map(({ question, answer }) => (
          <Fact key={question} term={question}>
            {answer}
          </Fact>
        ))}
        <Fact term={say('deadline')}>{`${timeOf(due_at, language())} (${dueWords(due_at)})`}</Fact>
        <Fact term={say('reported')}>{timeOf(report.received_at, language())}</Fact>
        <Fact term={say('place_owner')}>{report.place_owner}</Fact>
        <Fact term={say('unit')}>{report.unit.name}</Fact>
        <Fact term={say('assignee')}>{assignee?.name}</Fact>
        <Fact term={say('followers')}>{followers > 0 ? String(followers) : ''}</Fact>
      </dl>
      <details class="more">
        <summary>{say('history')}</summary>
        <Happened events={events} />
      </details>
    </div>
  );
}

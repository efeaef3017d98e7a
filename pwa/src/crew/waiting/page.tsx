/** What waits on this tablet, what needs a person, and what has arrived. */
import type { ComponentChildren, JSX } from 'preact';
import { isStopped } from '../queue/action.ts';
import { reportAddress } from '../router.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import { Tag, Title } from '../ui.tsx';
import { count, say, timeOf } from '../words.ts';
import { Line } from './line.tsx';
import { SendNow } from './send-now.tsx';

const MOST_SENT = 30;

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Arrived({ app }: { readonly app: State }): JSX.Element {
  const own = app.sent.filter(({ by }) => by.id === app.owner?.id).sort((a, b) => b.at.localeCompare(a.at));
  if (own.length === 0) return <p class="soft">{say('nothing_sent')}</p>;
  return (
    <ul class="lines">
      {own.slice(0, MOST_SENT).map(({ id, title, place, at, number, status, left_out }) => (
        <li key={id} class="line" data-sent={id}>
          <p>
            <b>
              <a href={reportAddress(number)}>{title}</a>
            </b>{' '}
            <Tag tone="good">{say('received_at', { time: timeOf(at, language()) })}</Tag>
          </p>
          <p class="soft">{[place, number, app.ground?.statuses[status]].filter(Boolean).join(' · ')}</p>
          {left_out.length > 0 && <p class="error">{say('photo_left_out', { why: left_out.join(' ') })}</p>}
        </li>
      ))}
    </ul>
  );
}

export function Waiting({ app }: { readonly app: State }): JSX.Element {
  const own = app.actions.filter(({ by }) => by.id === app.owner?.id).sort((a, b) => a.created_at.localeCompare(b.created_at));
  const others = app.actions.filter(({ by }) => by.id !== app.owner?.id);
  const stopped = own.filter(isStopped);
  const waiting = own.filter((action) => !isStopped(action));
  return (
    <div class="narrow">
      <Title>{say('waiting_title')}</Title>
      {stopped.length > 0 && (
        <Part title={say('needs_you')}>
          <ul class="lines">
            {stopped.map((action) => (
              <Line key={action.id} action={action} app={app} linked />
            ))}
          </ul>
        </Part>
      )}
      <Part title={say('waits_for_network')}>
        {waiting.length === 0 ? (
          others.length === 0 && <p class="soft">{say(stopped.length > 0 ? 'nothing_else' : 'all_sent')}</p>
        ) : (
          <>
            <SendNow app={app} />
            <ul class="lines">
              {waiting.map((action) => (
                <Line key={action.id} action={action} app={app} linked />
              ))}
            </ul>
          </>
        )}
        {others.length > 0 && <p class="soft">{count('others_one', 'others_many', others.length, { names: [...new Set(others.map(({ by }) => by.name))].join(', ') })}</p>}
      </Part>
      <Part title={say('arrived')}>
        <Arrived app={app} />
      </Part>
    </div>
  );
}

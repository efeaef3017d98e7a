/** What stands on every screen: where one is, whether the tablet is in step with the server, and what waits. */
import type { JSX } from 'preact';
import { screenAddress } from './router.ts';
import type { Screen } from './router.ts';
import { isStopped } from './queue/action.ts';
import type { State } from './state.ts';
import { language } from './state.ts';
import { Notice } from './ui.tsx';
import { count, say, timeOf } from './words.ts';

/** In words, never in colour alone. */
export function linkWords({ link, synced_at, sending }: State): string {
  if (sending && link !== 'offline') return say('sending');
  if (link === 'signed_out') return say('signed_out_short');
  if (link === 'offline') return say('offline');
  return synced_at === null ? say('asking') : say('in_step', { time: timeOf(new Date(synced_at).toISOString(), language()) });
}

const ICONS: Readonly<Record<string, string>> = {
  today: 'M4 6h16M4 12h16M4 18h10',
  new: 'M12 5v14M5 12h14',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13 13h3v3h-3zM13 8h3v3h-3zM8 13h3v3H8z',
  waiting: 'M12 3v12M7 10l5 5 5-5M4 20h16',
  me: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 4-7 8-7s8 2 8 7',
};

function Item({ name, here, mark }: { readonly name: string; readonly here: boolean; readonly mark?: number }): JSX.Element {
  return (
    <a href={screenAddress(name)} aria-current={here ? 'page' : undefined}>
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <path d={ICONS[name] ?? ''} />
      </svg>
      <span>{say(`nav_${name}`)}</span>
      {mark ? <b class="mark">{mark}</b> : null}
    </a>
  );
}

export function Bar({ app, screen }: { readonly app: State; readonly screen: Screen }): JSX.Element {
  const own = app.actions.filter(({ by }) => by.id === app.owner?.id);
  return (
    <header class="bar">
      <p class={`link ${app.link}`} role="status" data-link={app.link}>
        {linkWords(app)}
        {own.length > 0 && <b> · {count('waits_one', 'waits_many', own.length)}</b>}
      </p>
      <nav aria-label={say('menu')}>
        {['today', 'new', 'scan'].map((name) => (
          <Item key={name} name={name} here={screen.name === name} />
        ))}
        <Item name="waiting" here={screen.name === 'waiting'} mark={own.length} />
        <Item name="me" here={screen.name === 'me'} />
      </nav>
    </header>
  );
}

/** What needs a person, above every screen. */
export function Notices({ app, screen }: { readonly app: State; readonly screen: Screen }): JSX.Element {
  const stopped = app.actions.filter((one) => one.by.id === app.owner?.id && isStopped(one));
  return (
    <>
      {app.link === 'signed_out' && (
        <Notice tone="warning">
          <p>{say('signed_out_long')}</p>
          <a class="button" href={screenAddress('me')}>
            {say('sign_in')}
          </a>
        </Notice>
      )}
      {stopped.length > 0 && screen.name !== 'waiting' && (
        <Notice tone="danger">
          <p>{count('stopped_one', 'stopped_many', stopped.length)}</p>
          <a class="button" href={screenAddress('waiting')}>
            {say('look_at_it')}
          </a>
        </Notice>
      )}
      {app.is_short_of_room && (
        <Notice tone="warning">
          <p>{say('short_of_room')}</p>
        </Notice>
      )}
      {app.has_update && (
        <Notice>
          <p>{say('update_ready')}</p>
          <button
            type="button"
            onClick={() => {
              location.reload();
            }}
          >
            {say('update_take')}
          </button>
        </Notice>
      )}
    </>
  );
}

/** Signing out: what waits is sent or handed over first, or one stays. Nothing is dropped. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { handOver } from '../outgoing.ts';
import type { Action } from '../queue/action.ts';
import { isStopped } from '../queue/action.ts';
import { screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { announce, get } from '../state.ts';
import type { Owner } from '../store.ts';
import { Notice, useArrival } from '../ui.tsx';
import { SendNow } from '../waiting/send-now.tsx';
import { count, say } from '../words.ts';
import { signOut } from './session.ts';

interface Props {
  readonly app: State;
  readonly owner: Owner;
}

const waitingOf = (id: number): Action[] => get().actions.filter(({ by }) => by.id === id);

function Waiting({ app, owner }: Props): JSX.Element {
  const colleagues = app.people.filter(({ id }) => id !== owner.id);
  const words = useArrival<HTMLParagraphElement>();
  const waiting = waitingOf(owner.id);
  const give = async (to: Owner): Promise<void> => {
    await handOver(owner, to);
    announce(say('handed_over', { name: to.name }));
  };
  return (
    <Notice tone="warning">
      <p tabIndex={-1} ref={words}>{count('leave_waits_one', 'leave_waits_many', waiting.length)}</p>
      <div class="buttons">
        {waiting.every(isStopped) ? (
          <a class="button main" href={screenAddress('waiting')}>
            {say('look_at_it')}
          </a>
        ) : (
          <SendNow app={app} />
        )}
        {colleagues.map((colleague) => (
          <button key={colleague.id} type="button" onClick={() => void give(colleague)}>
            {say('hand_over', { name: colleague.name })}
          </button>
        ))}
      </div>
      {colleagues.length === 0 && <p class="soft">{say('no_colleague')}</p>}
    </Notice>
  );
}

export function Leave({ app, owner }: Props): JSX.Element {
  const [isAsked, ask] = useState(false);
  const waits = waitingOf(owner.id).length > 0;
  const button = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);
  useEffect(() => {
    // What was tapped last has gone, with what it was about.
    if (wasAsked.current && document.activeElement === document.body) button.current?.focus();
    wasAsked.current = isAsked;
  }, [isAsked, waits]);
  const leave = async (): Promise<void> => {
    if (!isAsked || waitingOf(owner.id).length > 0) {
      ask(true);
      return;
    }
    if (!(await signOut())) announce(say('needs_network'));
  };
  return (
    <section class="panel form">
      <h2>{say('sign_out')}</h2>
      <p>{say('sign_out_what')}</p>
      {isAsked && waits && <Waiting app={app} owner={owner} />}
      <div class="buttons">
        <button type="button" class="danger" ref={button} disabled={isAsked && waits} onClick={() => void leave()}>
          {say(isAsked && !waits ? 'sign_out_sure' : 'sign_out')}
        </button>
        {isAsked && (
          <button
            type="button"
            onClick={() => {
              ask(false);
            }}
          >
            {say('stay')}
          </button>
        )}
      </div>
    </section>
  );
}

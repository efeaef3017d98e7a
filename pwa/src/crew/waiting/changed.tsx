/** What somebody did beside what happened to the report meanwhile; the crew decides. */
import type { JSX } from 'preact';
import { resend } from '../outgoing.ts';
import type { Action, Conflict, Deed, Fault } from '../queue/action.ts';
import { again, asNote, isDeed, rebased } from '../queue/action.ts';
import { Happened } from '../report/facts.tsx';
import { stepName } from '../report/fields.tsx';
import { filledOf } from '../report/steps.ts';
import { Status, focusTitle } from '../ui.tsx';
import { say } from '../words.ts';
import { Discard } from './discard.tsx';

export function Changed({ action, conflict }: { readonly action: Action; readonly conflict: Conflict }): JSX.Element {
  const { content, done_by } = action;
  const deed = isDeed(content) ? content : null;
  const stillFits = conflict.report.next.includes(deed?.status ?? '');
  const decide = (become: (one: Action) => Deed | Fault): void => {
    void resend(action.id, (one) => again(one, become(one)));
    focusTitle();
  };
  return (
    <div class="changed" data-conflict>
      <p>{say('changed_why')}</p>
      <div class="sides">
        <section>
          <h3>{done_by ? say('they_did', { name: done_by.name }) : say('you_did')}</h3>
          {deed && <p><b>{stepName(filledOf(deed).step)}</b></p>}
          {deed?.public_text && <p class="said">{deed.public_text}</p>}
          {deed?.internal_text && <p class="said internal">{deed.internal_text}</p>}
        </section>
        <section>
          <h3>{say('happened_meanwhile')}</h3>
          <p><Status status={conflict.report.status} /></p>
          <Happened events={conflict.since} />
        </section>
      </div>
      <div class="buttons">
        {stillFits && deed && (
          <button type="button" class="main" onClick={() => { decide(rebased); }}>
            {say('do_it_still', { step: stepName(filledOf(deed).step) })}
          </button>
        )}
        <button type="button" onClick={() => { decide(asNote); }}>
          {say('as_note')}
        </button>
        <Discard action={action} />
      </div>
    </div>
  );
}

/** One action that waits: for the network, or for a person where the server has said no or the report has moved on. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { resend, throwAway } from '../outgoing.ts';
import type { Action } from '../queue/action.ts';
import { again, isDeed, isHeldUp } from '../queue/action.ts';
import { reportAddress } from '../router.ts';
import { stepName } from '../report/fields.tsx';
import { filledOf } from '../report/steps.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import { Tag } from '../ui.tsx';
import { count, say, timeOf } from '../words.ts';
import { Changed } from './changed.tsx';
import { Edit } from './edit.tsx';

export function whatOf({ content }: Action): string {
  return isDeed(content) ? stepName(filledOf(content).step) : say('new_fault');
}

function State_({ action, app }: { readonly action: Action; readonly app: State }): JSX.Element {
  const { receipt, refusal, conflict, photos, by } = action;
  if (refusal) return <Tag tone="danger">{say('refused')}</Tag>;
  if (conflict) return <Tag tone="danger">{say('changed')}</Tag>;
  if (receipt) return <Tag tone="waiting">{count('photos_left_one', 'photos_left_many', photos.length)}</Tag>;
  if (by.id !== app.owner?.id) return <Tag tone="waiting">{say('waits_for', { name: by.name })}</Tag>;
  if (app.link === 'signed_out') return <Tag tone="waiting">{say('waits_for_sign_in')}</Tag>;
  return <Tag tone="waiting">{say('waits')}</Tag>;
}

/** What was refused is thrown away only by a second tap. */
export function Discard({ action }: { readonly action: Action }): JSX.Element {
  const [isSure, ask] = useState(false);
  return (
    <button
      type="button"
      class="danger"
      onClick={() => {
        if (isSure) void throwAway(action.id);
        else ask(true);
      }}
    >
      {say(isSure ? 'discard_sure' : 'discard')}
    </button>
  );
}

/** Whatever somebody may change and send again; of what has arrived only photos are left, which cannot be changed. */
function Stopped({ action, why }: { readonly action: Action; readonly why: string }): JSX.Element {
  const [isEditing, edit] = useState(false);
  if (isEditing) return <Edit action={action} onDone={() => { edit(false); }} />;
  return (
    <>
      <p class="error">{why}</p>
      <div class="buttons">
        {!action.receipt && (
          <button type="button" class="main" onClick={() => { edit(true); }}>
            {say('edit')}
          </button>
        )}
        <button type="button" onClick={() => void resend(action.id, (one) => again(one, one.content))}>
          {say('send_again')}
        </button>
        <Discard action={action} />
      </div>
    </>
  );
}

function whyOf({ refusal }: Action): string {
  const sentences = Object.values(refusal?.fields ?? {}).flat().filter((one) => typeof one === 'string');
  return refusal ? [refusal.message, ...sentences].filter(Boolean).join(' ') : say('held_up');
}

export function Line({ action, app, linked = false }: { readonly action: Action; readonly app: State; readonly linked?: boolean }): JSX.Element {
  const { content, report, title, place, created_at, refusal, conflict, receipt, attempts } = action;
  const text = isDeed(content) ? [content.public_text, content.internal_text].filter(Boolean).join(' – ') : content.description;
  const name = `${whatOf(action)}: ${title}`;
  return (
    <li class="line" data-waiting={action.id}>
      <p>
        <b>{linked && report ? <a href={reportAddress(report)}>{name}</a> : name}</b> <State_ action={action} app={app} />
      </p>
      <p class="soft">
        {[place, timeOf(created_at, language()), count('photos_one', 'photos_many', action.photos.length)].filter(Boolean).join(' · ')}
      </p>
      {text && <p class="said">{text}</p>}
      {(refusal !== null || isHeldUp(action)) && <Stopped action={action} why={whyOf(action)} />}
      {conflict && <Changed action={action} conflict={conflict} />}
      {!refusal && !conflict && !receipt && attempts === 0 && (
        <div class="buttons">
          <Discard action={action} />
        </div>
      )}
    </li>
  );
}

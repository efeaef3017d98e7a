/** One action that waits: for the network, or for a person where the server has said no or the report has moved on. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { resend } from '../outgoing.ts';
import type { Action } from '../queue/action.ts';
import { again, isDeed, isHeldUp } from '../queue/action.ts';
import { reportAddress } from '../router.ts';
import { stepName } from '../report/fields.tsx';
import { filledOf } from '../report/steps.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import { Tag, focusTitle } from '../ui.tsx';
import { count, say, timeOf } from '../words.ts';
import { Changed } from './changed.tsx';
import { Discard } from './discard.tsx';
import { Edit } from './edit.tsx';

export function whatOf({ content }: Action): string {
  return isDeed(content) ? stepName(filledOf(content).step) : say('new_fault');
}

function State_({ action, app }: { readonly action: Action; readonly app: State }): JSX.Element {
  const { receipt, refusal, conflict, photos, by } = action;
  if (refusal) return <Tag tone="danger">{say('refused')}</Tag>;
  if (conflict) return <Tag tone="danger">{say('changed')}</Tag>;
  if (isHeldUp(action)) return <Tag tone="danger">{say('held_up_short')}</Tag>;
  if (receipt) return <Tag tone="waiting">{count('photos_left_one', 'photos_left_many', photos.length)}</Tag>;
  if (by.id !== app.owner?.id) return <Tag tone="waiting">{say('waits_for', { name: by.name })}</Tag>;
  if (app.link === 'signed_out') return <Tag tone="waiting">{say('waits_for_sign_in')}</Tag>;
  return <Tag tone="waiting">{say('waits')}</Tag>;
}

interface StoppedProps {
  readonly action: Action;
  readonly isEditing: boolean;
  readonly edit: (isEditing: boolean) => void;
}

/** Whatever somebody may change and send again; of what has arrived only photos are left, which cannot be changed. */
function Stopped({ action, isEditing, edit }: StoppedProps): JSX.Element {
  const why = whyOf(action);
  const begin = useRef<HTMLButtonElement>(null);
  const hasEdited = useRef(false);
  useEffect(() => {
    if (!isEditing && hasEdited.current) begin.current?.focus();
    hasEdited.current = isEditing;
  }, [isEditing]);
  if (isEditing) return <Edit action={action} why={why} onDone={() => { edit(false); }} />;
  return (
    <>
      <p class="error">{why}</p>
      <div class="buttons">
        {!action.receipt && (
          <button type="button" class="main" ref={begin} onClick={() => { edit(true); }}>
            {say('edit')}
          </button>
        )}
        <button type="button" onClick={() => { void resend(action.id, (one) => again(one, one.content)); focusTitle(); }}>
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
  const { content, report, title, place, created_at, photos, done_by, refusal, conflict, receipt, attempts } = action;
  const [isEditing, edit] = useState(false);
  const text = isDeed(content) ? [content.public_text, content.internal_text].filter(Boolean).join(' – ') : content.description;
  const name = `${whatOf(action)}: ${title}`;
  return (
    <li class="line" data-waiting={action.id}>
      <p>
        <b>{linked && report ? <a href={reportAddress(report)}>{name}</a> : name}</b> <State_ action={action} app={app} />
      </p>
      <p class="soft">
        {[
          place,
          timeOf(created_at, language()),
          done_by && say('done_by', { name: done_by.name }),
          photos.length > 0 && count('photos_one', 'photos_many', photos.length),
        ].filter(Boolean).join(' · ')}
      </p>
      {/* Beside what happened meanwhile, and in the form, it stands once more. */}
      {text && !conflict && !isEditing && <p class="said">{text}</p>}
      {(refusal !== null || isHeldUp(action)) && <Stopped action={action} isEditing={isEditing} edit={edit} />}
      {conflict && <Changed action={action} conflict={conflict} />}
      {!refusal && !conflict && !receipt && attempts === 0 && (
        <div class="buttons">
          <Discard action={action} />
        </div>
      )}
    </li>
  );
}

/** An action that was refused, to be put right and sent again under its own id; its photos stay with it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { overlaid } from '../overlay.ts';
import { resend } from '../outgoing.ts';
import type { Action, Deed, Fault } from '../queue/action.ts';
import { again, isDeed } from '../queue/action.ts';
import type { Filled } from '../report/steps.ts';
import { deedOf, filledOf, lacking } from '../report/steps.ts';
import { More, Steps, Texts } from '../report/fields.tsx';
import { answersTo } from '../new/answers.ts';
import { Questions } from '../new/questions.tsx';
import { get } from '../state.ts';
import type { Report } from '../types.ts';
import { Field } from '../ui.tsx';
import { say } from '../words.ts';

interface Props {
  readonly action: Action;
  readonly onDone: () => void;
}

/** The report as it is known; an action may outlive its report's stay on the list. */
function reportOf({ report, content }: Action): Report {
  const listed = get().worklist?.reports.find(({ number }) => number === report);
  const version = isDeed(content) ? content.version : 0;
  return listed ?? { ...NOBODYS, number: report ?? '', version };
}

const NOBODYS: Report = {
  number: '', version: 0, status: 'in_progress', urgent: false, danger: false, due_at: '', received_at: '', overdue: false, category: '', category_name: '',
  unit: { id: 0, name: '' }, place: null, place_name: null, place_kind: null, place_owner: null, sign: null, sign_label: null, address: '', lat: null, lon: null, description: '',
  answers: [], assignee: null, followers: 0, photos: [], events: [], next: ['fixed', 'planned', 'no_action', 'not_ours'],
};

function EditDeed({ action, deed, onDone }: Props & { readonly deed: Deed }): JSX.Element {
  const report = overlaid(reportOf(action), [], undefined);
  const [filled, keep] = useState<Filled>(() => filledOf(deed));
  const [faults, setFaults] = useState({});
  const parts = {
    report,
    filled,
    faults,
    change: (change: Partial<Filled>) => {
      keep((before) => ({ ...before, ...change }));
    },
  };
  const save = (): void => {
    const found = lacking(filled, deed.photos.length);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    void resend(action.id, (one) => again(one, { ...deedOf(report, filled, deed.photos, deed.done_at), version: deed.version, handed_over_by: deed.handed_over_by }));
    onDone();
  };
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); save(); }}>
      <Steps {...parts} />
      <Texts {...parts} />
      {filled.step === 'duplicate' && (
        <Field id="duplicate-again" label={say('duplicate_of')}>
          <input id="duplicate-again" value={filled.duplicate_of} onInput={({ currentTarget }) => { parts.change({ duplicate_of: currentTarget.value }); }} />
        </Field>
      )}
      <More {...parts} />
      <div class="buttons">
        <button class="main">{say('send_again')}</button>
        <button type="button" onClick={onDone}>{say('cancel')}</button>
      </div>
    </form>
  );
}

function EditFault({ action, fault, onDone }: Props & { readonly fault: Fault }): JSX.Element {
  const [description, describe] = useState(fault.description);
  const [category, choose] = useState(fault.category);
  const [address, setAddress] = useState(fault.address ?? '');
  const [answers, answer] = useState(fault.answers);
  const categories = get().ground?.categories ?? [];
  const chosen = categories.find(({ code }) => code === category);
  const save = (): void => {
    void resend(action.id, (one) => again(one, { ...fault, category, answers: chosen ? answersTo(chosen, answers) : {}, description, address: address.trim() || null }));
    onDone();
  };
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); save(); }}>
      <Field id="category-again" label={say('category')}>
        <select id="category-again" value={category} onChange={({ currentTarget }) => { choose(currentTarget.value); answer({}); }}>
          {categories.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
        </select>
      </Field>
      {chosen && <Questions key={category} category={chosen} answers={answers} onChange={answer} />}
      <Field id="address-again" label={say('where_words')} optional>
        <input id="address-again" value={address} onInput={({ currentTarget }) => { setAddress(currentTarget.value); }} />
      </Field>
      <Field id="description-again" label={say('description')} optional>
        <textarea id="description-again" rows={3} value={description} onInput={({ currentTarget }) => { describe(currentTarget.value); }} />
      </Field>
      <div class="buttons">
        <button class="main">{say('send_again')}</button>
        <button type="button" onClick={onDone}>{say('cancel')}</button>
      </div>
    </form>
  );
}

export function Edit({ action, onDone }: Props): JSX.Element {
  const { content } = action;
  return isDeed(content) ? <EditDeed action={action} deed={content} onDone={onDone} /> : <EditFault action={action} fault={content} onDone={onDone} />;
}

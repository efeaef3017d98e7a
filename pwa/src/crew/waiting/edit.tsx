/** An action that was refused, to be put right and sent again under its own id; its photos stay with it. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { besides } from '../grouping.ts';
import type { Shown } from '../overlay.ts';
import { isToDo, overlaid, overlayAll } from '../overlay.ts';
import { resend } from '../outgoing.ts';
import type { Action, Deed, Fault } from '../queue/action.ts';
import { again, isDeed } from '../queue/action.ts';
import type { Filled } from '../report/steps.ts';
import { deedOf, filledOf, lacking } from '../report/steps.ts';
import { Duplicate, More, Owner, Steps, Texts } from '../report/fields.tsx';
import { answersTo } from '../new/answers.ts';
import { faultOf } from '../new/page.tsx';
import { Questions } from '../new/questions.tsx';
import { Where, isSomewhere, spotOf } from '../new/where.tsx';
import { get } from '../state.ts';
import type { Report } from '../types.ts';
import { Field, focusFault, focusTitle, useArrival } from '../ui.tsx';
import { say } from '../words.ts';

interface Props {
  readonly action: Action;
  /** What the server, or the network, had against it. */
  readonly why: string;
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

/** An owner who is no longer in the register is nobody to choose. */
function knownOf(filled: Filled): Filled {
  const isKnown = get().ground?.owners.some(({ id }) => String(id) === filled.owner);
  return isKnown ? filled : { ...filled, owner: '' };
}

/** Open ones at the same place, as they are known here. */
function othersThan(report: Shown): Shown[] {
  const { worklist, actions, sent } = get();
  return besides(report, overlayAll(worklist?.reports ?? [], actions, sent)).filter(isToDo);
}

/** Read first by whoever comes to put it right. */
function Why({ children }: { readonly children: string }): JSX.Element {
  const words = useArrival<HTMLParagraphElement>();
  return <p class="error" tabIndex={-1} ref={words}>{children}</p>;
}

function EditDeed({ action, deed, why, onDone }: Props & { readonly deed: Deed }): JSX.Element {
  const report = overlaid(reportOf(action), [], undefined);
  const [filled, keep] = useState<Filled>(() => knownOf(filledOf(deed)));
  const [faults, setFaults] = useState({});
  const form = useRef<HTMLFormElement>(null);
  const parts = {
    report,
    filled,
    faults,
    prefix: `${action.id}-`,
    change: (change: Partial<Filled>) => {
      keep((before) => ({ ...before, ...change }));
    },
  };
  const save = (): void => {
    const found = lacking(filled, deed.photos.length);
    setFaults(found);
    if (Object.keys(found).length > 0) {
      focusFault(form.current);
      return;
    }
    void resend(action.id, (one) => again(one, { ...deedOf(report, filled, deed.photos, deed.done_at), version: deed.version, handed_over_by: deed.handed_over_by })).then(onDone);
    focusTitle();
  };
  return (
    <form class="form" ref={form} onSubmit={(event) => { event.preventDefault(); save(); }}>
      <Why>{why}</Why>
      <Steps {...parts} />
      <Texts {...parts} />
      {filled.step === 'duplicate' && <Duplicate {...parts} others={othersThan(report)} />}
      {filled.step === 'not_ours' && <Owner {...parts} />}
      <More {...parts} />
      <div class="buttons">
        <button class="main">{say('send_again')}</button>
        <button type="button" onClick={onDone}>{say('cancel')}</button>
      </div>
    </form>
  );
}

function EditFault({ action, fault, why, onDone }: Props & { readonly fault: Fault }): JSX.Element {
  const { ground } = get();
  const prefix = `${action.id}-`;
  const [description, describe] = useState(fault.description);
  const [category, choose] = useState(fault.category);
  const [spotted, spot] = useState(() => spotOf(ground ?? { places: [], signs: [] }, fault));
  const [answers, answer] = useState(fault.answers);
  const [isLost, lose] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const chosen = ground?.categories.find(({ code }) => code === category);
  const save = (): void => {
    lose(!isSomewhere(spotted));
    if (!isSomewhere(spotted)) {
      focusFault(form.current);
      return;
    }
    const found = faultOf({ spotted, category, answers, description }, chosen ? answersTo(chosen, answers) : {}, '');
    void resend(action.id, (one) => again(one, { ...fault, ...found, language: fault.language, created_at: fault.created_at, handed_over_by: fault.handed_over_by })).then(onDone);
    focusTitle();
  };
  return (
    <form class="form" ref={form} onSubmit={(event) => { event.preventDefault(); save(); }}>
      <Why>{why}</Why>
      <Where app={get()} spotted={spotted} error={isLost ? 'where_needed' : undefined} onChange={spot} prefix={prefix} />
      <Field id={`${prefix}category`} label={say('category')}>
        <select id={`${prefix}category`} value={category} onChange={({ currentTarget }) => { choose(currentTarget.value); answer({}); }}>
          {(ground?.categories ?? []).map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
        </select>
      </Field>
      {chosen && <Questions key={category} category={chosen} answers={answers} onChange={answer} prefix={prefix} />}
      <Field id={`${prefix}description`} label={say('description')} optional>
        <textarea id={`${prefix}description`} rows={3} value={description} onInput={({ currentTarget }) => { describe(currentTarget.value); }} />
      </Field>
      <div class="buttons">
        <button class="main">{say('send_again')}</button>
        <button type="button" onClick={onDone}>{say('cancel')}</button>
      </div>
    </form>
  );
}

export function Edit(props: Props): JSX.Element {
  const { content } = props.action;
  return isDeed(content) ? <EditDeed {...props} deed={content} /> : <EditFault {...props} fault={content} />;
}

/** What was done, in one form: the step, the words, the photos, the time, and the neighbours that it was done to as well. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Shown } from '../overlay.ts';
import type { Doing, Taken } from '../outgoing.ts';
import { enqueue } from '../outgoing.ts';
import { announce, get, language } from '../state.ts';
import { Field } from '../ui.tsx';
import { count, say } from '../words.ts';
import { Beside } from './beside.tsx';
import { Camera } from './photos.tsx';
import type { Filled, Step } from './steps.ts';
import { EMPTY, FOR_SEVERAL, deedOf, lacking, stepsOf, templatesFor, textOf } from './steps.ts';

export const stepName = (step: Step): string => (['note', 'ask_desk'].includes(step) ? say(`step_${step}`) : (get().ground?.steps[step] ?? step));

const waysOn = (report: Shown): Step[] => stepsOf(report, report.waiting.length > 0, get().ground?.transitions ?? {});

interface PartProps {
  readonly report: Shown;
  readonly filled: Filled;
  readonly faults: Readonly<Partial<Record<keyof Filled, string>>>;
  readonly change: (change: Partial<Filled>) => void;
}

export function Steps({ report, filled, change }: PartProps): JSX.Element {
  return (
    <fieldset class="steps">
      <legend>{say('how_now')}</legend>
      {waysOn(report).map((step) => (
        <label key={step} class="step">
          <input
            type="radio"
            name="step"
            value={step}
            checked={filled.step === step}
            onChange={() => {
              change({ step });
            }}
          />
          <span>{stepName(step)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Templates({ report, change }: PartProps): JSX.Element | null {
  const fitting = templatesFor(get().ground?.templates ?? [], report.category);
  if (fitting.length === 0) return null;
  return (
    <Field id="template" label={say('template')} optional>
      <select
        id="template"
        value=""
        onChange={({ currentTarget }) => {
          const chosen = fitting.find(({ id }) => String(id) === currentTarget.value);
          if (chosen) change({ text: textOf(chosen, language(), report) });
        }}
      >
        <option value="">{say('own_text')}</option>
        {fitting.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function Texts(props: PartProps): JSX.Element {
  const { filled, faults, change } = props;
  const isPublic = !['note', 'ask_desk'].includes(filled.step);
  const words = filled.step === 'ask_desk' ? 'ask' : filled.step === 'waiting' ? 'question' : isPublic ? 'public' : 'note';
  return (
    <>
      {isPublic && <Templates {...props} />}
      <Field id="text" label={say(`text_${words}`)} hint={say(isPublic ? 'hint_public' : 'hint_internal')} error={faults.text && say(faults.text)}>
        <textarea
          id="text"
          rows={3}
          maxLength={4000}
          value={filled.text}
          aria-describedby={faults.text ? 'text-hint text-error' : 'text-hint'}
          aria-invalid={faults.text ? true : undefined}
          onInput={({ currentTarget }) => {
            change({ text: currentTarget.value });
          }}
        />
      </Field>
    </>
  );
}

function Duplicate({ filled, faults, change, others }: PartProps & { readonly others: readonly Shown[] }): JSX.Element {
  return (
    <Field id="duplicate" label={say('duplicate_of')} hint={say('duplicate_hint')} error={faults.duplicate_of && say(faults.duplicate_of)}>
      <input
        id="duplicate"
        list="duplicates"
        autocomplete="off"
        value={filled.duplicate_of}
        aria-describedby={faults.duplicate_of ? 'duplicate-hint duplicate-error' : 'duplicate-hint'}
        aria-invalid={faults.duplicate_of ? true : undefined}
        onInput={({ currentTarget }) => {
          change({ duplicate_of: currentTarget.value });
        }}
      />
      <datalist id="duplicates">
        {others.map(({ number, category_name, place_name }) => (
          <option key={number} value={number}>
            {category_name} {place_name}
          </option>
        ))}
      </datalist>
    </Field>
  );
}

function Owner({ filled, change }: PartProps): JSX.Element {
  return (
    <Field id="owner" label={say('owner')} optional>
      <select
        id="owner"
        value={filled.owner}
        onChange={({ currentTarget }) => {
          change({ owner: currentTarget.value });
        }}
      >
        <option value="">{say('owner_unknown')}</option>
        {(get().ground?.owners ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function More({ filled, faults, change }: PartProps): JSX.Element {
  return (
    <details class="more" open={Boolean(filled.internal || faults.minutes)}>
      <summary>{say('more_fields')}</summary>
      <Field id="minutes" label={say('minutes')} optional error={faults.minutes && say(faults.minutes)}>
        <input
          id="minutes"
          class="short"
          inputMode="numeric"
          autocomplete="off"
          value={filled.minutes}
          aria-invalid={faults.minutes ? true : undefined}
          aria-describedby={faults.minutes ? 'minutes-error' : undefined}
          onInput={({ currentTarget }) => {
            change({ minutes: currentTarget.value });
          }}
        />
      </Field>
      {!['note', 'ask_desk'].includes(filled.step) && (
        <Field id="internal" label={say('text_internal')} hint={say('hint_internal')} optional>
          <textarea
            id="internal"
            rows={2}
            maxLength={4000}
            value={filled.internal}
            aria-describedby="internal-hint"
            onInput={({ currentTarget }) => {
              change({ internal: currentTarget.value });
            }}
          />
        </Field>
      )}
    </details>
  );
}

const draftOf = (number: string): string => `crew-draft:${number}`;

/** Words survive a tablet that ends the page while its camera is open. */
function useDraft(number: string, first: Filled): [Filled, (change: Partial<Filled>) => void, () => void] {
  const [filled, keep] = useState<Filled>(() => ({ ...first, ...(JSON.parse(sessionStorage.getItem(draftOf(number)) ?? '{}') as Partial<Filled>) }));
  useEffect(() => {
    sessionStorage.setItem(draftOf(number), JSON.stringify(filled));
  }, [filled]);
  const drop = (): void => {
    sessionStorage.removeItem(draftOf(number));
  };
  return [
    filled,
    (change) => {
      keep((before) => ({ ...before, ...change }));
    },
    drop,
  ];
}

/** Photos go with the report in front of one; its neighbours get the same step and words. */
export function doingsOf(report: Shown, others: readonly Shown[], filled: Filled, photos: readonly Taken[]): Doing[] {
  return [report, ...others].map((one) => ({
    report: one.number,
    title: one.category_name,
    place: one.place_name ?? one.address,
    photos: one === report ? photos : [],
    content: (ids, at) => deedOf(one, one === report ? filled : { ...filled, minutes: '' }, ids, at),
  }));
}

interface Props {
  readonly report: Shown;
  /** Open ones at the same place. */
  readonly others: readonly Shown[];
  readonly onDone: () => void;
}

export function Form({ report, others, onDone }: Props): JSX.Element {
  const [first = 'note'] = waysOn(report);
  const [filled, change, drop] = useDraft(report.number, { ...EMPTY, step: first });
  const [photos, setPhotos] = useState<readonly Taken[]>([]);
  const [also, setAlso] = useState<readonly string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [faults, setFaults] = useState<PartProps['faults']>({});
  const form = useRef<HTMLFormElement>(null);
  const forSeveral = FOR_SEVERAL.includes(filled.step);
  const save = async (): Promise<void> => {
    const found = lacking(filled, photos.length);
    setFaults(found);
    if (Object.keys(found).length > 0) {
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    setBusy(true);
    const several = forSeveral ? others.filter(({ number }) => also.includes(number)) : [];
    if (!(await enqueue(...doingsOf(report, several, filled, photos)))) {
      setBusy(false);
      scrollTo(0, 0);
      return;
    }
    drop();
    announce(count('kept_one', 'kept_many', 1 + several.length, { step: stepName(filled.step), what: report.category_name }));
    onDone();
  };
  const parts = { report, filled, faults, change };
  return (
    <form
      ref={form}
      class="panel form"
      data-act
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Steps {...parts} />
      <Texts {...parts} />
      {filled.step === 'duplicate' && <Duplicate {...parts} others={others} />}
      {filled.step === 'not_ours' && <Owner {...parts} />}
      <Camera moments={['before', 'after']} taken={photos} onChange={setPhotos} onBusy={setBusy} />
      {photos.length > 0 && (
        <label class="tick">
          <input
            type="checkbox"
            name="release"
            checked={filled.release}
            onChange={({ currentTarget }) => {
              change({ release: currentTarget.checked });
            }}
          />
          {say('release')}
        </label>
      )}
      {forSeveral && others.length > 0 && <Beside others={others} chosen={also} onChange={setAlso} />}
      <More {...parts} />
      <button class="main save" disabled={isBusy}>
        {isBusy ? say('wait') : forSeveral && also.length > 0 ? say('save_many', { n: also.length + 1 }) : say('save')}
      </button>
    </form>
  );
}

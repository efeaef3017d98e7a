/** The fields of what was done: the step, the words, the time, and what some steps need besides. */
import type { JSX } from 'preact';
import type { Shown } from '../overlay.ts';
import { get, language } from '../state.ts';
import { Field } from '../ui.tsx';
import { say } from '../words.ts';
import type { Filled, Step } from './steps.ts';
import { stepsOf, templatesFor, textOf } from './steps.ts';

export const stepName = (step: Step): string => (['note', 'ask_desk'].includes(step) ? say(`step_${step}`) : (get().ground?.steps[step] ?? step));

export const waysOn = (report: Shown): Step[] => stepsOf(report, report.waiting.length > 0, get().ground?.transitions ?? {});

export interface PartProps {
  readonly report: Shown;
  readonly filled: Filled;
  readonly faults: Readonly<Partial<Record<keyof Filled, string>>>;
  readonly change: (change: Partial<Filled>) => void;
  /** Before the ids of the fields, where several forms stand on one page. */
  readonly prefix?: string;
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

function Templates({ report, change, prefix = '' }: PartProps): JSX.Element | null {
  const fitting = templatesFor(get().ground?.templates ?? [], report.category);
  if (fitting.length === 0) return null;
  return (
    <Field id={`${prefix}template`} label={say('template')} optional>
      <select
        id={`${prefix}template`}
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
  const { filled, faults, change, prefix = '' } = props;
  const id = `${prefix}text`;
  const isPublic = !['note', 'ask_desk'].includes(filled.step);
  const words = filled.step === 'ask_desk' ? 'ask' : filled.step === 'waiting' ? 'question' : isPublic ? 'public' : 'note';
  return (
    <>
      {isPublic && <Templates {...props} />}
      <Field id={id} label={say(`text_${words}`)} hint={say(isPublic ? 'hint_public' : 'hint_internal')} error={faults.text && say(faults.text)}>
        <textarea
          id={id}
          rows={3}
          maxLength={4000}
          value={filled.text}
          aria-describedby={faults.text ? `${id}-hint ${id}-error` : `${id}-hint`}
          aria-invalid={faults.text ? true : undefined}
          onInput={({ currentTarget }) => {
            change({ text: currentTarget.value });
          }}
        />
      </Field>
    </>
  );
}

export function Duplicate({ filled, faults, change, others, prefix = '' }: PartProps & { readonly others: readonly Shown[] }): JSX.Element {
  const id = `${prefix}duplicate`;
  return (
    <Field id={id} label={say('duplicate_of')} hint={say('duplicate_hint')} error={faults.duplicate_of && say(faults.duplicate_of)}>
      <input
        id={id}
        list={`${id}s`}
        autocomplete="off"
        value={filled.duplicate_of}
        aria-describedby={faults.duplicate_of ? `${id}-hint ${id}-error` : `${id}-hint`}
        aria-invalid={faults.duplicate_of ? true : undefined}
        onInput={({ currentTarget }) => {
          change({ duplicate_of: currentTarget.value });
        }}
      />
      <datalist id={`${id}s`}>
        {others.map(({ number, category_name, place_name }) => (
          <option key={number} value={number}>
            {category_name} {place_name}
          </option>
        ))}
      </datalist>
    </Field>
  );
}

export function Owner({ filled, change, prefix = '' }: PartProps): JSX.Element {
  const owners = get().ground?.owners ?? [];
  return (
    <Field id={`${prefix}owner`} label={say('owner')} optional>
      <select
        id={`${prefix}owner`}
        value={filled.owner}
        onChange={({ currentTarget }) => {
          change({ owner: currentTarget.value });
        }}
      >
        <option value="">{say('owner_unknown')}</option>
        {owners.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function More({ filled, faults, change, prefix = '' }: PartProps): JSX.Element {
  const [minutes, internal] = [`${prefix}minutes`, `${prefix}internal`];
  return (
    <details class="more" open={Boolean(filled.internal || faults.minutes)}>
      <summary>{say('more_fields')}</summary>
      <Field id={minutes} label={say('minutes')} optional error={faults.minutes && say(faults.minutes)}>
        <input
          id={minutes}
          class="short"
          inputMode="numeric"
          autocomplete="off"
          value={filled.minutes}
          aria-invalid={faults.minutes ? true : undefined}
          aria-describedby={faults.minutes ? `${minutes}-error` : undefined}
          onInput={({ currentTarget }) => {
            change({ minutes: currentTarget.value });
          }}
        />
      </Field>
      {!['note', 'ask_desk'].includes(filled.step) && (
        <Field id={internal} label={say('text_internal')} hint={say('hint_internal')} optional>
          <textarea
            id={internal}
            rows={2}
            maxLength={4000}
            value={filled.internal}
            aria-describedby={`${internal}-hint`}
            onInput={({ currentTarget }) => {
              change({ internal: currentTarget.value });
            }}
          />
        </Field>
      )}
    </details>
  );
}

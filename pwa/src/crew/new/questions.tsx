/** What the chosen category asks: whether somebody is in danger, and its own questions. */
import type { JSX, TargetedInputEvent } from 'preact';
import type { Answers, Category, Question } from '../types.ts';
import { Field, Notice } from '../ui.tsx';
import { say } from '../words.ts';
import { asked } from './answers.ts';

interface ChoiceProps {
  readonly name: string;
  readonly legend: string;
  readonly hint?: string | null;
  readonly options: readonly (readonly [string, string])[];
  readonly several?: boolean;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function Choice({ name, legend, hint, options, several = false, chosen, onChange }: ChoiceProps): JSX.Element {
  return (
    <fieldset class="steps">
      <legend>
        {legend} {hint && <span class="soft">{hint}</span>}
      </legend>
      {options.map(([code, text]) => (
        <label key={code} class="step">
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            value={code}
            checked={chosen.includes(code)}
            onChange={({ currentTarget }) => {
              const others = several ? chosen.filter((one) => one !== code) : [];
              onChange(currentTarget.checked ? [...others, code] : others);
            }}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface AskProps {
  readonly prefix: string;
  readonly question: Question;
  readonly answer: string | readonly string[];
  readonly onChange: (answer: string | readonly string[]) => void;
}

function Ask({ prefix, question, answer, onChange }: AskProps): JSX.Element {
  const { code, kind, label, hint, options } = question;
  const id = `${prefix}answer-${code}`;
  if (kind === 'one' || kind === 'several') {
    const several = kind === 'several';
    return (
      <Choice
        name={id}
        legend={label}
        hint={hint}
        options={options}
        several={several}
        chosen={[answer].flat()}
        onChange={(chosen) => {
          onChange(several ? chosen : (chosen[0] ?? ''));
        }}
      />
    );
  }
  const shared = {
    id,
    value: String(answer),
    'aria-describedby': hint ? `${id}-hint` : undefined,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>): void => {
      onChange(currentTarget.value);
    },
  };
  return (
    <Field id={id} label={label} {...(hint && { hint })} optional>
      {kind === 'text' && <textarea rows={3} maxLength={2000} {...shared} />}
      {kind === 'date' && <input type="date" {...shared} />}
      {(kind === 'string' || kind === 'number') && <input inputMode={kind === 'number' ? 'decimal' : 'text'} maxLength={200} autocomplete="off" {...shared} />}
    </Field>
  );
}

interface Props {
  readonly category: Category;
  readonly answers: Answers;
  readonly onChange: (answers: Answers) => void;
  /** Before the ids of the fields, where several forms stand on one page. */
  readonly prefix?: string;
}

/** Nothing for a category that asks nothing. Whoever stands there may skip what they do not know. */
export function Questions({ category, answers, onChange, prefix = '' }: Props): JSX.Element | null {
  const { gate, danger, danger_question, questions } = category;
  const shown = asked(questions, answers);
  const isDanger = gate === 'always' || (gate === 'question' && answers['danger'] === 'yes');
  if (gate === null && shown.length === 0) return null;
  return (
    <section class="panel form" aria-label={say('more_about_it')}>
      {gate === 'question' && (
        <Choice
          name={`${prefix}answer-danger`}
          legend={danger_question ?? ''}
          options={[
            ['yes', say('yes')],
            ['no', say('no')],
          ]}
          chosen={[answers['danger'] ?? ''].flat()}
          onChange={([chosen = '']) => {
            onChange({ ...answers, danger: chosen });
          }}
        />
      )}
      <div aria-live="polite">
        {isDanger && (
          <Notice tone="danger">
            {danger === 'D1' && <p>{say('danger_call')}</p>}
            <p>{say('danger_secure')}</p>
          </Notice>
        )}
      </div>
      {shown.map((question) => (
        <Ask
          key={question.code}
          prefix={prefix}
          question={question}
          answer={answers[question.code] ?? ''}
          onChange={(answer) => {
            onChange({ ...answers, [question.code]: answer });
          }}
        />
      ))}
    </section>
  );
}

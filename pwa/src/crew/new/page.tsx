/** A new fault, registered where one stands. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Taken } from '../outgoing.ts';
import { enqueue } from '../outgoing.ts';
import type { Fault } from '../queue/action.ts';
import { Camera } from '../report/photos.tsx';
import { go, screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { announce, language } from '../state.ts';
import type { Answers, Category, Ground, Place } from '../types.ts';
import { Field, Title } from '../ui.tsx';
import { say } from '../words.ts';
import { answersTo } from './answers.ts';
import { Questions } from './questions.tsx';
import type { Spotted } from './where.tsx';
import { Where } from './where.tsx';

/** What is usual at this kind of place first, then what belongs to such places, then all else. */
export function inOrder({ categories, kinds }: Ground, place: Place | null): Category[] {
  const kind = kinds.find(({ code }) => code === place?.kind);
  const rank = ({ code, place_group }: Category): number => {
    const at = kind?.first.indexOf(code) ?? -1;
    return at >= 0 ? at : place_group !== null && place_group === kind?.group ? 100 : 200;
  };
  return [...categories].sort((a, b) => rank(a) - rank(b));
}

/** A text finds the rest by name, code and what else it is called. */
function fitting(categories: readonly Category[], words: string): Category[] {
  const typed = words.trim().toLocaleLowerCase('nb');
  return categories.filter(({ code, name, synonyms }) => [code, name, ...synonyms].join(' ').toLocaleLowerCase('nb').includes(typed));
}

interface CategoryProps {
  readonly categories: readonly Category[];
  readonly chosen: string;
  readonly error: string | undefined;
  readonly onChange: (code: string) => void;
}

const AT_FIRST = 12;

function Categories({ categories, chosen, error, onChange }: CategoryProps): JSX.Element {
  const [words, search] = useState('');
  const [showsAll, showAll] = useState(false);
  const found = useMemo(() => fitting(categories, words), [categories, words]);
  const shown = showsAll || words ? found : found.slice(0, AT_FIRST);
  return (
    <fieldset class="panel">
      <legend>{say('what_wrong')}</legend>
      <Field id="category-words" label={say('find_category')} optional error={error && say(error)}>
        <input
          id="category-words"
          type="search"
          autocomplete="off"
          value={words}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'category-words-error' : undefined}
          onInput={({ currentTarget }) => {
            search(currentTarget.value);
          }}
        />
      </Field>
      <div class="steps">
        {shown.map(({ code, name }) => (
          <label key={code} class="step">
            <input
              type="radio"
              name="category"
              value={code}
              checked={chosen === code}
              onChange={() => {
                onChange(code);
              }}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
      {shown.length < found.length && (
        <button
          type="button"
          onClick={() => {
            showAll(true);
          }}
        >
          {say('all_categories', { n: found.length })}
        </button>
      )}
    </fieldset>
  );
}

function faultOf(category: string, { sign, place, position, address }: Spotted, description: string, answers: Answers, at: string): Fault {
  return {
    category,
    sign,
    place: place?.id ?? null,
    position,
    address: address.trim() || null,
    description: description.trim(),
    answers,
    language: language(),
    created_at: at,
  };
}

interface Props {
  readonly app: State;
  readonly sign: string | null;
  readonly place: number | null;
}

/** What a scan or a report has brought along. */
function beginning({ app, sign, place }: Props): Spotted {
  const known = app.ground?.signs.find(({ code }) => code === sign);
  const found = app.ground?.places.find(({ id }) => id === (known?.place ?? place));
  return { sign: known ? sign : null, place: found ?? null, position: null, address: '' };
}

export function NewFault(props: Props): JSX.Element {
  const { app } = props;
  const [spotted, spot] = useState(() => beginning(props));
  const [category, choose] = useState('');
  const [answers, answer] = useState<Answers>({});
  const chosen = app.ground?.categories.find(({ code }) => code === category);
  const [description, describe] = useState('');
  const [photos, setPhotos] = useState<readonly Taken[]>([]);
  const [isBusy, setBusy] = useState(false);
  const categories = useMemo(() => (app.ground ? inOrder(app.ground, spotted.place) : []), [app.ground, spotted.place]);
  const chooseAnother = (code: string): void => {
    choose(code);
    answer({});
  };
  const [faults, setFaults] = useState<{ where?: string; category?: string }>({});
  const save = async (): Promise<void> => {
    const isSomewhere = spotted.place ?? spotted.position ?? (spotted.address.trim() || null);
    const found = { ...(!isSomewhere && { where: 'where_needed' }), ...(!category && { category: 'category_needed' }) };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    const title = chosen?.name ?? category;
    const given = chosen ? answersTo(chosen, answers) : {};
    const where = spotted.place?.name ?? spotted.address;
    const hasKept = await enqueue({ report: null, title, place: where, photos, content: (_ids, at) => faultOf(category, spotted, description, given, at) });
    if (!hasKept) {
      setBusy(false);
      scrollTo(0, 0);
      return;
    }
    announce(say('kept_fault', { what: title }));
    go(screenAddress('today'));
  };
  return (
    <form
      class="narrow form"
      data-new
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Title>{say('new_fault')}</Title>
      <Where app={app} spotted={spotted} error={faults.where} onChange={spot} />
      <Categories categories={categories} chosen={category} error={faults.category} onChange={chooseAnother} />
      {chosen && <Questions key={category} category={chosen} answers={answers} onChange={answer} />}
      <Field id="description" label={say('description')} optional>
        <textarea
          id="description"
          rows={3}
          maxLength={4000}
          value={description}
          onInput={({ currentTarget }) => {
            describe(currentTarget.value);
          }}
        />
      </Field>
      <Camera moments={[null]} taken={photos} onChange={setPhotos} onBusy={setBusy} />
      {(faults.where ?? faults.category) && (
        <p class="error" role="alert">
          {[faults.where, faults.category].flatMap((key) => (key ? say(key) : [])).join(' ')}
        </p>
      )}
      <button class="main save" disabled={isBusy}>
        {say(isBusy ? 'wait' : 'save_fault')}
      </button>
    </form>
  );
}

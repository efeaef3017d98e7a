/** A new fault, registered where one stands. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { CameBack } from '../draft/came-back.tsx';
import type { Draft } from '../draft/draft.ts';
import { useDraft, useKept } from '../draft/draft.ts';
import { enqueue } from '../outgoing.ts';
import type { Fault } from '../queue/action.ts';
import { Camera } from '../report/photos.tsx';
import { go, screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { announce, language } from '../state.ts';
import { draftOf } from '../store.ts';
import type { Answers, Category, Ground, Place } from '../types.ts';
import { Field, Title } from '../ui.tsx';
import { say } from '../words.ts';
import { answersTo } from './answers.ts';
import { Questions } from './questions.tsx';
import type { Spotted } from './where.tsx';
import { Where, isSomewhere, spotOf } from './where.tsx';

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
      <div class="steps names">
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

export interface Filled {
  readonly spotted: Spotted;
  readonly category: string;
  readonly answers: Answers;
  readonly description: string;
}

/** What came along by a scan is not yet anybody's words. */
const isBlank = ({ spotted, category, description }: Filled): boolean => !category && !spotted.position && ![spotted.address, description].some((words) => words.trim());

export function faultOf({ spotted: { sign, place, position, address }, category, description }: Filled, answers: Answers, at: string): Fault {
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
    handed_over_by: null,
  };
}

interface Props {
  readonly app: State;
  readonly sign: string | null;
  readonly place: number | null;
}

/** Whoever comes from a sign or a place is there now, wherever the form was left. */
function beginning(props: Props, kept: Draft<Filled> | null): Draft<Filled> {
  const brought = spotOf(props.app.ground ?? { places: [], signs: [] }, { ...props, position: null, address: null });
  const fresh = { spotted: brought, category: '', answers: {}, description: '' };
  if (!kept) return { filled: fresh, photos: [] };
  const { filled, photos } = kept;
  return { filled: { ...filled, spotted: brought.place ? brought : filled.spotted }, photos };
}

interface FillingProps extends Props {
  readonly person: number;
  readonly kept: Draft<Filled> | null;
  readonly onDiscard: () => void;
}

function Filling({ person, kept, onDiscard, ...props }: FillingProps): JSX.Element {
  const { app } = props;
  const { draft, fill, setPhotos, pause } = useDraft(person, 'new', beginning(props, kept), isBlank);
  const { filled, photos } = draft;
  const { spotted, answers, description } = filled;
  const chosen = app.ground?.categories.find(({ code }) => code === filled.category);
  const [isSaving, setSaving] = useState(false);
  const [isShrinking, setShrinking] = useState(false);
  const isBusy = isSaving || isShrinking;
  const categories = useMemo(() => (app.ground ? inOrder(app.ground, spotted.place) : []), [app.ground, spotted.place]);
  const [faults, setFaults] = useState<{ where?: string; category?: string }>({});
  const save = async (): Promise<void> => {
    const found = { ...(!isSomewhere(spotted) && { where: 'where_needed' }), ...(!chosen && { category: 'category_needed' }) };
    setFaults(found);
    if (found.where || !chosen) return;
    setSaving(true);
    pause(true);
    const given = answersTo(chosen, answers);
    const where = spotted.place?.name ?? spotted.address;
    const doing = { report: null, title: chosen.name, place: where, photos, draft: draftOf(person, 'new') };
    if (!(await enqueue({ ...doing, content: (_ids, at) => faultOf(filled, given, at) }))) {
      pause(false);
      setSaving(false);
      scrollTo(0, 0);
      return;
    }
    announce(say('kept_fault', { what: chosen.name }));
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
      {kept && (
        <CameBack
          onDiscard={() => {
            pause(true);
            onDiscard();
          }}
        />
      )}
      <Where app={app} spotted={spotted} error={faults.where} onChange={(now) => { fill({ spotted: now }); }} />
      <Categories categories={categories} chosen={chosen?.code ?? ''} error={faults.category} onChange={(category) => { fill({ category, answers: {} }); }} />
      {chosen && <Questions key={chosen.code} category={chosen} answers={answers} onChange={(now) => { fill({ answers: now }); }} />}
      <Field id="description" label={say('description')} optional>
        <textarea
          id="description"
          rows={3}
          maxLength={4000}
          value={description}
          onInput={({ currentTarget }) => {
            fill({ description: currentTarget.value });
          }}
        />
      </Field>
      <Camera moments={[null]} taken={photos} onChange={setPhotos} onBusy={setShrinking} />
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

export function NewFault(props: Props): JSX.Element | null {
  const person = props.app.owner?.id ?? 0;
  const { kept, discard } = useKept<Filled>(person, 'new');
  if (kept === undefined) return null;
  return <Filling key={String(kept === null)} {...props} person={person} kept={kept} onDiscard={discard} />;
}

/** What was done, in one form: the step, the words, the photos, the time, and the neighbours that it was done to as well. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { CameBack } from '../draft/came-back.tsx';
import type { Draft } from '../draft/draft.ts';
import { useDraft, useKept } from '../draft/draft.ts';
import type { Shown } from '../overlay.ts';
import type { Doing, Taken } from '../outgoing.ts';
import { enqueue } from '../outgoing.ts';
import { announce, get } from '../state.ts';
import { draftOf } from '../store.ts';
import { focusFault } from '../ui.tsx';
import { count, say } from '../words.ts';
import { Beside } from './beside.tsx';
import type { PartProps } from './fields.tsx';
import { Duplicate, More, Owner, Steps, Texts, stepName, waysOn } from './fields.tsx';
import { Camera } from './photos.tsx';
import type { Filled } from './steps.ts';
import { EMPTY, FOR_SEVERAL, deedOf, isBlank, lacking } from './steps.ts';

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

interface FillingProps extends Props {
  readonly person: number;
  readonly kept: Draft<Filled> | null;
  readonly onDiscard: () => void;
}

/** A step that the report no longer allows is chosen anew. */
function beginning(report: Shown, kept: Draft<Filled> | null): Draft<Filled> {
  const ways = waysOn(report);
  const filled = { ...EMPTY, step: ways[0] ?? 'note', ...kept?.filled };
  const step = ways.includes(filled.step) ? filled.step : (ways[0] ?? 'note');
  return { photos: kept?.photos ?? [], filled: { ...filled, step } };
}

function Filling({ report, others, onDone, person, kept, onDiscard }: FillingProps): JSX.Element {
  const { draft, fill, setPhotos, pause } = useDraft(person, report.number, beginning(report, kept), isBlank);
  const { filled, photos } = draft;
  const { also } = filled;
  const [isSaving, setSaving] = useState(false);
  const [isShrinking, setShrinking] = useState(false);
  const isBusy = isSaving || isShrinking;
  const [faults, setFaults] = useState<PartProps['faults']>({});
  const form = useRef<HTMLFormElement>(null);
  const forSeveral = FOR_SEVERAL.includes(filled.step);
  const save = async (): Promise<void> => {
    const found = lacking(filled, photos.length);
    setFaults(found);
    if (Object.keys(found).length > 0) {
      focusFault(form.current);
      return;
    }
    setSaving(true);
    pause(true);
    const several = forSeveral ? others.filter(({ number }) => also.includes(number)) : [];
    const [doing, ...more] = doingsOf(report, several, filled, photos);
    if (!doing || !(await enqueue({ ...doing, draft: draftOf(person, report.number) }, ...more))) {
      pause(false);
      setSaving(false);
      scrollTo(0, 0);
      return;
    }
    announce(count('kept_one', 'kept_many', 1 + several.length, { step: stepName(filled.step), what: report.category_name }));
    onDone();
  };
  const parts = { report, filled, faults, change: fill };
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
      {kept && (
        <CameBack
          onDiscard={() => {
            pause(true);
            onDiscard();
          }}
        />
      )}
      <Steps {...parts} />
      <Texts {...parts} />
      {filled.step === 'duplicate' && <Duplicate {...parts} others={others} />}
      {filled.step === 'not_ours' && <Owner {...parts} />}
      <Camera
        moments={['before', 'after']}
        taken={photos}
        onChange={setPhotos}
        onBusy={setShrinking}
      />
      {photos.length > 0 && (
        <label class="tick">
          <input
            type="checkbox"
            name="release"
            checked={filled.release}
            onChange={({ currentTarget }) => {
              fill({ release: currentTarget.checked });
            }}
          />
          {say('release')}
        </label>
      )}
      {forSeveral && others.length > 0 && <Beside others={others} chosen={also} onChange={(now) => { fill({ also: now }); }} />}
      <More {...parts} />
      <button class="main save" disabled={isBusy}>
        {isBusy ? say('wait') : forSeveral && also.length > 0 ? say('save_many', { n: also.length + 1 }) : say('save')}
      </button>
    </form>
  );
}

export function Form(props: Props): JSX.Element | null {
  const person = get().owner?.id ?? 0;
  const { kept, discard } = useKept<Filled>(person, props.report.number);
  if (kept === undefined) return null;
  return <Filling key={String(kept === null)} {...props} person={person} kept={kept} onDiscard={discard} />;
}

/** Photos from the camera: made small at once, so that a tablet keeps hundreds of them. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { shrink } from '../../offline/shrink.ts';
import { newId } from '../../offline/store.ts';
import type { Taken } from '../outgoing.ts';
import type { Moment } from '../types.ts';
import { say } from '../words.ts';

interface Props {
  readonly moments: readonly (Moment | null)[];
  readonly taken: readonly Taken[];
  readonly onChange: (change: (taken: readonly Taken[]) => readonly Taken[]) => void;
  /** While a photo is being made small nothing may be saved without it. */
  readonly onBusy: (isBusy: boolean) => void;
}

/** Three are what a report takes at once. */
const MOST = 6;

const label = (moment: Moment | null): string => say(moment === null ? 'take_photo' : `photo_${moment}`);

interface PreviewProps {
  readonly taken: Taken;
  readonly at: number;
  readonly onRemove: () => void;
}

function Preview({ taken, at, onRemove }: PreviewProps): JSX.Element {
  const name = taken.moment === null ? say('photo', { n: at + 1 }) : label(taken.moment);
  const [url, setUrl] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([taken.picture.bytes], { type: taken.picture.type }));
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
    };
  }, [taken]);
  return (
    <figure class="photo">
      {url && <img src={url} alt={name} />}
      <figcaption>{name}</figcaption>
      <button type="button" onClick={onRemove}>
        {say('remove')}
        <span class="hidden"> {name}</span>
      </button>
    </figure>
  );
}

export function Camera({ moments, taken, onChange, onBusy }: Props): JSX.Element {
  const camera = useRef<HTMLDivElement>(null);
  const under_way = useRef(0);
  const [isUnreadable, setUnreadable] = useState(false);
  const add = async (input: HTMLInputElement, moment: Moment | null): Promise<void> => {
    const files = [...(input.files ?? [])].slice(0, Math.max(MOST - taken.length - under_way.current, 0));
    under_way.current += files.length;
    onBusy(true);
    const made = await Promise.allSettled(files.map(shrink));
    const pictures = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    setUnreadable(pictures.length < files.length);
    onChange((before) => [...before, ...pictures.map((picture) => ({ id: newId(), picture, moment }))]);
    under_way.current -= files.length;
    onBusy(under_way.current > 0);
    input.value = '';
  };
  return (
    <div class="camera" ref={camera}>
      <div class="buttons">
        {moments.map((moment) => (
          <label key={moment} class="button file">
            <input type="file" accept="image/*" capture="environment" name={`photo-${moment ?? 'fault'}`} disabled={taken.length >= MOST} onChange={({ currentTarget }) => void add(currentTarget, moment)} />
            {label(moment)}
          </label>
        ))}
      </div>
      {/* There from the start, since a reader only tells of what changes in it. */}
      <div role="alert">{isUnreadable && <p class="error">{say('photo_unreadable')}</p>}</div>
      {taken.length > 0 && (
        <div class="photos">
          {taken.map((one, at) => (
            <Preview
              key={one.id}
              taken={one}
              at={at}
              onRemove={() => {
                onChange((before) => before.filter((other) => other !== one));
                camera.current?.querySelector<HTMLElement>('input:enabled')?.focus();
              }}
            />
          ))}
        </div>
      )}
    </div>
  );
}

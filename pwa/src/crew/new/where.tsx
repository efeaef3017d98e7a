/** Where a fault is: a sign, a place of the register, or where the tablet is now. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { inWords } from '../../spots.ts';
import { distanceTo } from '../grouping.ts';
import { findMe } from '../here.ts';
import type { Fault } from '../queue/action.ts';
import { screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import type { Ground, Place } from '../types.ts';
import { Field } from '../ui.tsx';
import { say } from '../words.ts';

export interface Spotted {
  readonly sign: string | null;
  readonly place: Place | null;
  readonly position: { readonly lat: number; readonly lon: number; readonly accuracy_m: number | null } | null;
  readonly address: string;
}

export const isSomewhere = ({ place, position, address }: Spotted): boolean => place !== null || position !== null || address.trim() !== '';

/** Where something is said to be, as far as the register still knows it. */
export function spotOf({ places, signs }: Pick<Ground, 'places' | 'signs'>, { sign, place, position, address }: Pick<Fault, 'sign' | 'place' | 'position' | 'address'>): Spotted {
  const known = signs.find(({ code }) => code === sign);
  const found = places.find(({ id }) => id === (known?.place ?? place)) ?? null;
  return { sign: found && known ? sign : null, place: found, position, address: address ?? '' };
}

const MOST = 6;

/** The nearest, or those that a text fits. */
function offered(app: State, words: string): { place: Place; metres: number | null }[] {
  const places = (app.ground?.places ?? []).map((place) => ({ place, metres: distanceTo(place, app.here) }));
  const typed = words.trim().toLocaleLowerCase('nb');
  if (typed) return places.filter(({ place }) => place.name.toLocaleLowerCase('nb').includes(typed)).slice(0, MOST);
  if (!app.here) return [];
  return places.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity)).slice(0, MOST);
}

interface Props {
  readonly app: State;
  readonly spotted: Spotted;
  readonly error: string | undefined;
  readonly onChange: (spotted: Spotted) => void;
  /** Before the ids of the fields, where a form is put right; nothing leads away from that. */
  readonly prefix?: string;
}

function Chosen({ app, spotted, onChange }: Omit<Props, 'error'>): JSX.Element {
  const { place, sign, position } = spotted;
  const label = app.ground?.signs.find(({ code }) => code === sign)?.label;
  const words = place ? [place.name, label, sign].filter(Boolean).join(' · ') : position ? say('position_taken', { metres: Math.round(position.accuracy_m ?? 0) }) : '';
  return (
    <p class="chosen-place">
      <b>{words}</b>
      <button
        type="button"
        onClick={() => {
          onChange({ sign: null, place: null, position: null, address: spotted.address });
        }}
      >
        {say('another_place')}
      </button>
    </p>
  );
}

export function Where({ app, spotted, error, onChange, prefix = '' }: Props): JSX.Element {
  const [words, search] = useState('');
  const found = useMemo(() => offered(app, words), [app.ground, app.here, words]);
  const isChosen = spotted.place !== null || spotted.position !== null;
  return (
    <fieldset class="panel">
      <legend>{say('where')}</legend>
      {isChosen ? (
        <Chosen app={app} spotted={spotted} onChange={onChange} />
      ) : (
        <>
          <div class="buttons">
            {!prefix && (
              <a class="button" href={screenAddress('scan')}>
                {say('scan_sign')}
              </a>
            )}
            <button
              type="button"
              onClick={() => {
                findMe(({ latitude, longitude, accuracy }) => {
                  onChange({ ...spotted, position: { lat: latitude, lon: longitude, accuracy_m: Math.round(accuracy) } });
                });
              }}
            >
              {say('use_position')}
            </button>
          </div>
          <Field id={`${prefix}place`} label={say('find_place')} error={error && say(error)}>
            <input
              id={`${prefix}place`}
              type="search"
              autocomplete="off"
              value={words}
              aria-invalid={error ? true : undefined}
              aria-describedby={error ? `${prefix}place-error` : undefined}
              onInput={({ currentTarget }) => {
                search(currentTarget.value);
              }}
            />
          </Field>
          <ul class="offers">
            {found.map(({ place, metres }) => (
              <li key={place.id}>
                <button
                  type="button"
                  onClick={() => {
                    onChange({ ...spotted, place });
                  }}
                >
                  {place.name}
                  <span class="soft"> {metres === null ? place.kind : inWords(metres, language())}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <Field id={`${prefix}address`} label={say('where_words')} optional>
        <input
          id={`${prefix}address`}
          autocomplete="off"
          maxLength={200}
          value={spotted.address}
          onInput={({ currentTarget }) => {
            onChange({ ...spotted, address: currentTarget.value });
          }}
        />
      </Field>
    </fieldset>
  );
}

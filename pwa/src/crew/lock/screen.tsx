/** A locked tablet: whose turn it is, and the PIN. Nothing of the worklist is on the page. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { sync } from '../sync.ts';
import { sendNow } from '../outgoing.ts';
import type { State } from '../state.ts';
import { get } from '../state.ts';
import type { Owner } from '../store.ts';
import { Field, Notice, Title, focusTitle } from '../ui.tsx';
import { count, say } from '../words.ts';
import { DIGITS, isPin } from './pin.ts';
import type { Unlocked } from './session.ts';
import { learnSessions, tellNow, unlock } from './session.ts';

/** Where the PIN has come to its end its field is gone, and whoever is to sign in is told above. */
function problemOf(result: Unlocked): string {
  switch (result.kind) {
    case 'open':
    case 'ended':
      return '';
    case 'wrong':
      return count('pin_wrong_one', 'pin_wrong_many', result.left);
    case 'needs_network':
      return say('pin_needs_network');
  }
}

interface PinProps {
  readonly owner: Owner;
  readonly onEnd: () => void;
}

function Pin({ owner, onEnd }: PinProps): JSX.Element {
  const [pin, type] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const tryIt = async (digits: string): Promise<void> => {
    if (!isPin(digits) || isBusy) return;
    setBusy(true);
    const result = await unlock(owner, digits);
    setBusy(false);
    type('');
    setProblem(problemOf(result));
    if (result.kind === 'open') void sync().then(() => sendNow(true));
    if (result.kind === 'ended') onEnd();
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void tryIt(pin);
      }}
    >
      <Field id="pin" label={say('pin_of', { name: owner.name })} error={problem || undefined} isTold>
        <input
          id="pin"
          class="pin"
          type="password"
          inputMode="numeric"
          autocomplete="off"
          maxLength={DIGITS}
          value={pin}
          // Not disabled, which would take the keys of the screen away from whoever is to try again.
          readOnly={isBusy}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? 'pin-error' : undefined}
          onInput={({ currentTarget }) => {
            type(currentTarget.value);
            void tryIt(currentTarget.value);
          }}
        />
      </Field>
      <button class="main" disabled={isBusy}>
        {say(isBusy ? 'wait' : 'unlock')}
      </button>
    </form>
  );
}

const SIGN_IN = '/sign-in?next=/crew';

/** Told afterwards, the server would take the lock for one of whoever has just signed in. */
function leave(event: Event): void {
  event.preventDefault();
  void tellNow().finally(() => {
    location.assign(SIGN_IN);
  });
}

export function LockScreen({ app }: { readonly app: State }): JSX.Element {
  const known = app.people.filter(({ session }) => session !== null);
  const [id, choose] = useState<number | null>(app.owner?.session ? app.owner.id : null);
  const [hasEnded, end] = useState(false);
  const chosen = known.find((one) => one.id === id);
  useEffect(() => {
    // Somebody may have signed in with a password or passkey instead.
    void learnSessions().then(() => (get().owner?.locked === false ? sync().then(() => sendNow(true)) : undefined));
  }, []);
  return (
    <main class="lock narrow" id="main" tabIndex={-1}>
      <Title>{say(known.length > 0 ? 'locked' : 'sign_in')}</Title>
      {app.was_ended && (
        <Notice tone="warning">
          <p>{say('was_ended')}</p>
        </Notice>
      )}
      {/* There from the start, since a reader only tells of what changes in it. */}
      <div role="alert">
        {hasEnded && (
          <Notice tone="warning">
            <p>{say('pin_ended')}</p>
          </Notice>
        )}
      </div>
      {app.actions.length > 0 && <p>{count('kept_here_one', 'kept_here_many', app.actions.length)}</p>}
      {known.length > 0 && (
        <fieldset class="steps">
          <legend>{say('who')}</legend>
          {known.map((one) => (
            <label key={one.id} class="step">
              <input
                type="radio"
                name="who"
                checked={one.id === id}
                onChange={() => {
                  choose(one.id);
                }}
              />
              <span>{one.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      {chosen && <Pin key={chosen.id} owner={chosen} onEnd={() => { end(true); focusTitle(); }} />}
      <p>
        <a class={known.length > 0 ? 'button' : 'button main'} href={SIGN_IN} onClick={leave} data-load>
          {say('sign_in_fully')}
        </a>
      </p>
    </main>
  );
}

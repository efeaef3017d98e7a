/** One's own tablet: the PIN, locking, another language, and signing out without losing anything. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { State } from '../state.ts';
import { announce, language } from '../state.ts';
import type { Owner } from '../store.ts';
import { Field, Notice, Title, focusFault, focusTitle } from '../ui.tsx';
import { count, say } from '../words.ts';
import { Leave } from './leave.tsx';
import { DIGITS, isObvious, isPin } from './pin.ts';
import { lock, stay } from './session.ts';

const LANGUAGES: Readonly<Record<string, string>> = { nb: 'Bokmål', nn: 'Nynorsk', en: 'English' };

function SetPin({ owner }: { readonly owner: Owner }): JSX.Element {
  const [name, call] = useState('');
  const [pin, type] = useState('');
  const [problem, setProblem] = useState('');
  const [isStale, setStale] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const save = async (): Promise<void> => {
    if (!isPin(pin) || isObvious(pin)) {
      setProblem(say(isPin(pin) ? 'pin_obvious' : 'pin_six'));
      focusFault(form.current);
      return;
    }
    const answer = await stay(owner, name.trim() || say('tablet'), pin);
    type('');
    if (answer.kind === 'done') {
      announce(say('pin_set'));
      focusTitle();
    } else focusFault(form.current);
    setProblem(answer.kind === 'refused' ? answer.message : answer.kind === 'none' ? say('needs_network') : '');
    setStale(answer.kind === 'refused' && answer.code === 'confirm_needed');
  };
  return (
    <form
      class="panel form"
      data-pin
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{say('pin_title')}</h2>
      <p>{say('pin_why')}</p>
      <Field id="tablet-name" label={say('tablet_name')} hint={say('tablet_name_hint')}>
        <input
          id="tablet-name"
          autocomplete="off"
          maxLength={60}
          value={name}
          aria-describedby="tablet-name-hint"
          onInput={({ currentTarget }) => {
            call(currentTarget.value);
          }}
        />
      </Field>
      <Field id="new-pin" label={say('pin_new')} hint={say('pin_hint')} error={problem || undefined}>
        <input
          id="new-pin"
          class="pin"
          type="password"
          inputMode="numeric"
          autocomplete="off"
          maxLength={DIGITS}
          value={pin}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? 'new-pin-hint new-pin-error' : 'new-pin-hint'}
          onInput={({ currentTarget }) => {
            type(currentTarget.value);
          }}
        />
      </Field>
      {isStale && (
        <p>
          <a class="button" href="/staff/confirm?next=/crew" data-load>
            {say('confirm_first')}
          </a>
        </p>
      )}
      <button class="main">{say('pin_save')}</button>
    </form>
  );
}

export function Me({ app }: { readonly app: State }): JSX.Element | null {
  const { owner } = app;
  if (!owner) return null;
  return (
    <div class="narrow">
      <Title>{owner.name}</Title>
      {owner.session === null ? (
        <SetPin owner={owner} />
      ) : (
        <section class="panel form">
          <h2>{say('lock_title')}</h2>
          <p>{say('pin_is_set')}</p>
          <button type="button" class="main" onClick={() => void lock()}>
            {say('lock_now')}
          </button>
        </section>
      )}
      <section class="panel form">
        <h2>{say('language')}</h2>
        <div class="buttons">
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <a key={code} class="button" href={`/crew?lang=${code}`} data-load lang={code} hreflang={code} aria-current={code === language() ? 'true' : undefined}>
              {name}
            </a>
          ))}
        </div>
      </section>
      {app.people.length > 1 && (
        <Notice>
          <p>{count('people_here_one', 'people_here_many', app.people.length, { names: app.people.map(({ name }) => name).join(', ') })}</p>
        </Notice>
      )}
      <Leave app={app} owner={owner} />
      <p>
        <a class="button" href="/staff/account" data-load>
          {say('account')}
        </a>
      </p>
    </div>
  );
}

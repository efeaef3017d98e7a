/** The small parts that screens are built from. */
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { get } from './state.ts';
import { say } from './words.ts';

export type Tone = 'plain' | 'danger' | 'warning' | 'good' | 'waiting';

export function Tag({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ComponentChildren }): JSX.Element {
  return <span class={`tag ${tone}`}>{children}</span>;
}

export function Notice({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ComponentChildren }): JSX.Element {
  return <div class={`notice ${tone}`}>{children}</div>;
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  /** Read aloud as soon as it stands there, where the focus does not come to the field anew. */
  readonly isTold?: boolean;
  readonly optional?: boolean;
  readonly children: ComponentChildren;
}

/** A field with its words; the child takes the id, and `describedBy(id, …)`. */
export function Field({ id, label, hint, error, isTold, optional, children }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>
        {label} {optional && <span class="soft">{say('optional')}</span>}
      </label>
      {hint && (
        <p class="soft" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      {error && (
        <p class="error" id={`${id}-error`} role={isTold ? 'alert' : undefined}>
          {error}
        </p>
      )}
    </div>
  );
}

/** The heading of a screen takes the focus when one comes to it, so that it is read and keys go on from there. */
export function Title({ children, eyebrow }: { readonly children: ComponentChildren; readonly eyebrow?: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  // What it says may come later than the screen: the name of the unit, say.
  useEffect(() => {
    document.title = `${heading.current?.textContent ?? ''} – ${say('app')}`;
  });
  return (
    <h1 tabIndex={-1} ref={heading}>
      {eyebrow && <span class="eyebrow">{eyebrow} </span>}
      {children}
    </h1>
  );
}

/** Where the button that was tapped has gone with what it was about, keys and readers go on from the top of the screen. */
export function focusTitle(): void {
  document.querySelector('h1')?.focus({ preventScroll: true });
}

/** What comes in the place of the button that was tapped takes its focus. */
export function useArrival<Part extends HTMLElement>(): RefObject<Part | null> {
  const part = useRef<Part>(null);
  useEffect(() => {
    part.current?.focus();
  }, []);
  return part;
}

/** Once what is wrong has been marked, its first field has the focus. */
export function focusFault(form: HTMLFormElement | null): void {
  setTimeout(() => form?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
}

const STATUS_TONES: Readonly<Record<string, Tone>> = { waiting: 'warning', fixed: 'good', in_progress: 'good' };

export function Status({ status }: { readonly status: string }): JSX.Element {
  return <Tag tone={STATUS_TONES[status] ?? 'plain'}>{get().ground?.statuses[status] ?? status}</Tag>;
}

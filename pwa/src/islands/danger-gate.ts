import type { Island } from '../islands.ts';

export interface Choice {
  /** How the chosen category guards the form: it always warns, it asks first, or it does neither. */
  readonly gate: 'always' | 'question' | null;
  readonly answer: 'yes' | 'no' | null;
  readonly seen: boolean;
}

export interface Gate {
  readonly question: boolean;
  readonly panel: boolean;
  readonly open: boolean;
}

/** What is shown for a choice, and whether the rest of the form is open. */
export function gateFor({ gate, answer, seen }: Choice): Gate {
  const question = gate === 'question';
  const panel = gate === 'always' || (question && answer === 'yes');
  const settled = gate === null || panel || answer === 'no';
  return { question, panel, open: settled && (!panel || seen) };
}

function checked(form: HTMLElement, name: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`input[name="${name}"]:checked:enabled`);
}

export const dangerGate: Island = (form) => {
  const question = form.querySelector<HTMLFieldSetElement>('[data-gate-question]');
  const questionText = form.querySelector<HTMLElement>('[data-question-text]');
  const panel = form.querySelector<HTMLElement>('[data-gate-panel]');
  const lives = form.querySelector<HTMLElement>('[data-gate-lives]');
  const rest = form.querySelectorAll<HTMLElement>('[data-gate-rest]');
  if (!question || !questionText || !panel || !lives) return;

  const forget = (): void => {
    for (const box of form.querySelectorAll<HTMLInputElement>('[name="answers-danger"], [name="danger_seen"]')) {
      box.checked = false;
    }
  };

  const show = (): void => {
    const category = checked(form, 'category');
    const asks = category?.dataset['gate'] === 'question';
    question.disabled = !asks;
    const gate = gateFor({
      gate: asks ? 'question' : category?.dataset['gate'] === 'always' ? 'always' : null,
      answer: (checked(form, 'answers-danger')?.value ?? null) as Choice['answer'],
      seen: checked(form, 'danger_seen') !== null,
    });
    if (asks) questionText.textContent = category.dataset['question'] ?? '';
    question.toggleAttribute('data-shown', gate.question);
    panel.toggleAttribute('data-shown', gate.panel);
    lives.toggleAttribute('data-shown', gate.panel && category?.dataset['danger'] === 'D1');
    for (const part of rest) part.hidden = !gate.open;
  };

  // With arrow keys the focus stays on the tiles, so only a finger or a mouse moves the page. The click comes first.
  let pointed = false;
  form.addEventListener('click', (event) => {
    pointed = event.detail > 0;
  });
  form.addEventListener('change', (event) => {
    const { name } = event.target as HTMLInputElement;
    // An answer counts for the category it was given for and for no other.
    if (name === 'category') forget();
    show();
    if (!pointed || (name !== 'category' && name !== 'answers-danger')) return;
    [panel, question].find((part) => part.hasAttribute('data-shown'))?.scrollIntoView({ block: 'nearest' });
  });
  // On the way back from another page browsers put old choices in again, after this script has run.
  window.addEventListener('pageshow', show);
  show();
};

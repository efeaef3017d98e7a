import type { Island } from '../islands.ts';

/** Hidden parts are disabled too, so that nothing is sent from them. */
function show(part: HTMLFieldSetElement, shown: boolean): void {
  part.hidden = part.disabled = !shown;
}

/** Shows the questions of the chosen category, and of those the ones whose condition is met. */
export const questions: Island = (root) => {
  // Staff look at a category outside of any form.
  const form = root.closest<HTMLElement>('form, [data-preview]');
  if (!form) return;

  const update = (): void => {
    const category = form.querySelector<HTMLInputElement>('[name="category"]:checked')?.value;
    for (const group of root.querySelectorAll<HTMLFieldSetElement>('[data-questions]')) {
      show(group, group.dataset['questions'] === category);
      // In the order asked: an answer to a question that is hidden itself is disabled and does not count.
      for (const question of group.querySelectorAll<HTMLFieldSetElement>('[data-when]')) {
        const { when = '', equals = '' } = question.dataset;
        const given = group.querySelectorAll<HTMLInputElement>(`[name="${when}"]:checked:enabled`);
        show(question, [...given].some((option) => equals.split(' ').includes(option.value)));
      }
    }
  };

  form.addEventListener('change', update);
  // On the way back from another page browsers put old choices in again, after this script has run.
  window.addEventListener('pageshow', update);
  update();
};

/** Which of a category's questions are asked, and which answers are sent. */
import type { Answers, Category, Question } from '../types.ts';

/** The questions to ask now; one may hang on the answer to an earlier one, which must be asked itself. */
export function asked(questions: readonly Question[], answers: Answers): Question[] {
  const shown = new Set<string>();
  return questions.filter(({ code, when, equals }) => {
    const given = when === null ? [] : [answers[when] ?? []].flat();
    const isAsked = when === null || (shown.has(when) && equals.split(' ').some((option) => given.includes(option)));
    if (isAsked) shown.add(code);
    return isAsked;
  });
}

/** What is sent: answers to questions that are no longer asked stay behind. */
export function answersTo({ gate, questions }: Category, answers: Answers): Answers {
  const codes = new Set(asked(questions, answers).map(({ code }) => code));
  if (gate === 'question') codes.add('danger');
  return Object.fromEntries(Object.entries(answers).filter(([code, answer]) => codes.has(code) && answer.length > 0));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Window } from '../../pwa/node_modules/happy-dom/lib/index.js';
import { intake } from '../../pwa/src/islands/intake.ts';

const FORM = `
  <form data-open-there="/desk/new/open"><input id="where"><input type="hidden" name="spot">
    <label for="category">Category</label>
    <select id="category" name="category"><option value="">Not sorted yet</option>
      <option value="PA03" data-words="sittebenk">Bench or table</option><option value="PA10" data-words="lampe">Light</option></select>
    <textarea id="description"></textarea></form>
  <section data-open-list></section>`;

/** The form as somebody leaves it who has typed in the field of the category and not pressed Enter. */
function typed(text: string, leave: 'change' | 'submit'): { category: string; shown: string } {
  const page = new Window({ url: 'https://vof.example/desk/new' });
  page.document.body.innerHTML = FORM;
  const { document, location } = page;
  const fetch = (): Promise<never> => Promise.reject(new Error('no network'));
  for (const [key, value] of Object.entries({ document, location, fetch })) {
    Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
  }
  const form = document.querySelector('form');
  assert.ok(form);
  intake(form as unknown as HTMLFormElement);
  const what = document.querySelector('#category-words') as unknown as HTMLInputElement;
  what.value = text;
  what.dispatchEvent(new page.Event('input') as unknown as Event);
  (leave === 'change' ? what : form).dispatchEvent(new page.Event(leave) as never);
  return { category: document.querySelector('select')?.value ?? '-', shown: what.value };
}

test('a category that was typed and left without Enter is the first that fits', () => {
  assert.deepEqual(typed('sitteb', 'change'), { category: 'PA03', shown: 'Bench or table' });
  assert.deepEqual(typed('light', 'submit'), { category: 'PA10', shown: 'Light' });
});

test('words that fit no category do not look like one', () => {
  assert.deepEqual(typed('zzz', 'change'), { category: '', shown: '' });
  assert.deepEqual(typed('', 'submit'), { category: '', shown: '' });
});

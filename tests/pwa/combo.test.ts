import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitting, plain } from '../../pwa/src/islands/combo.ts';

const rows = [
  { name: 'Benk eller bord', words: 'Benk eller bord Bench or table sittebenk piknikbord' },
  { name: 'Lekeapparat skadd', words: 'Lekeapparat skadd huske sklie swing' },
  { name: 'Gatelys', words: 'Gatelys Street light lyktestolpe mørkt' },
  { name: 'Lys i park', words: 'Lys i park lampe mørkt' },
];
const names = (text: string): string[] => fitting(rows, text).map(({ name }) => name);

test('a category is found by its name, in any language and by other words', () => {
  assert.deepEqual(names('benk'), ['Benk eller bord']);
  assert.deepEqual(names('bench'), ['Benk eller bord']);
  assert.deepEqual(names('SKLIE'), ['Lekeapparat skadd']);
  assert.deepEqual(names('morkt'), ['Gatelys', 'Lys i park']);
});

test('what begins with the words comes first, what only holds them last', () => {
  assert.deepEqual(names('lys'), ['Lys i park', 'Gatelys']);
});

test('every word must fit, and no words fit all', () => {
  assert.deepEqual(names('lys park'), ['Lys i park']);
  assert.deepEqual(names('lys benk'), []);
  assert.equal(fitting(rows, ' ').length, rows.length);
});

test('letters are compared without their marks', () => {
  assert.equal(plain('Ålgård Ærlig Ø'), 'algard aerlig o');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../pwa/src/islands/code.ts';
import { cleanAddress } from '../../pwa/src/islands/share.ts';
import { isBegun } from '../../pwa/src/islands/where.ts';

const untouched: [string, FormDataEntryValue][] = [
  ['id', '7b0c'],
  ['language', 'nb'],
  ['opened_at', '1'],
  ['place', ''],
  ['address', 'ved brua'],
  ['description', ''],
  ['photo', new File([], '')],
];

test('a form is begun when something is filled in that another page would not have', () => {
  assert.equal(isBegun(untouched), false);
  assert.equal(isBegun([...untouched, ['category', 'PA03']]), true);
  assert.equal(isBegun([...untouched, ['answers-lamp', '12']]), true);
  assert.equal(isBegun([...untouched, ['photo', new File(['x'], 'x.jpg')]]), true);
  assert.equal(isBegun([...untouched, ['email', 'a@b.no']]), true);
});

test('a code is read as kindly as the server reads it', () => {
  assert.equal(codeOf(' 7kq-3m8 '), '7kq3m8');
  assert.equal(codeOf('7KQ3M'), null);
  assert.equal(codeOf('../../x'), null);
});

test('an address that is handed on tells nothing of whoever hands it on', () => {
  assert.equal(cleanAddress('https://vof.no/places/4?lang=nn&from=chat&q=mitt+hus#x'), 'https://vof.no/places/4?lang=nn');
});

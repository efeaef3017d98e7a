import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit } from '../../pwa/src/islands/photo-picker.ts';

test('photos chosen later join those chosen before', () => {
  assert.deepEqual(admit(['a'], ['b', 'c'], 3), { photos: ['a', 'b', 'c'], refused: 0 });
});

test('what finds no room is refused and counted, and the first choice stays', () => {
  assert.deepEqual(admit(['a', 'b'], ['c', 'd', 'e'], 3), { photos: ['a', 'b', 'c'], refused: 2 });
});

test('photos that the server holds already may leave no room at all', () => {
  assert.deepEqual(admit([], ['a'], 0), { photos: [], refused: 1 });
  assert.deepEqual(admit([], ['a'], -1), { photos: [], refused: 1 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlineOf, placeFor, ringOf } from '../../pwa/src/islands/outline.ts';

const SQUARE = [[58.97, 5.73], [58.97, 5.74], [58.98, 5.74], [58.98, 5.73]] as const;

test('an outline is read back as it was drawn', () => {
  assert.deepEqual(ringOf(outlineOf(SQUARE)), SQUARE);
  assert.equal((JSON.parse(outlineOf(SQUARE)) as { coordinates: number[][][] }).coordinates[0]?.length, 5);
});

test('nothing is an outline without corners, and what is none is said to be none', () => {
  assert.deepEqual(ringOf('  '), []);
  for (const text of ['{', '[]', 'null', '{"type":"Point","coordinates":[1,2]}', '{"type":"Polygon"}', '{"type":"Polygon","coordinates":[[["a","b"],[1,2],[3,4],[1,2]]]}']) {
    assert.equal(ringOf(text), 'unreadable', text);
  }
});

test('what nobody can drag about is only shown', () => {
  const many = Array.from({ length: 200 }, (_, index): [number, number] => [58 + index / 1000, 5.7]);
  assert.equal(ringOf(outlineOf(many)), 'detailed');
  assert.equal(ringOf('{"type":"MultiPolygon","coordinates":[]}'), 'detailed');
});

test('a tap near a line goes between its corners, any other to the end', () => {
  const corners = [[0, 0], [100, 0], [100, 100], [0, 100]] as const;
  assert.equal(placeFor([50, 3], corners, 10), 1);
  assert.equal(placeFor([97, 50], corners, 10), 2);
  assert.equal(placeFor([2, 50], corners, 10), 4);
  assert.equal(placeFor([50, 50], corners, 10), 4);
  assert.equal(placeFor([50, 3], corners.slice(0, 2), 10), 2);
});

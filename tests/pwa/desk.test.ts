import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather } from '../../pwa/src/islands/gather.ts';
import { nextIndex } from '../../pwa/src/islands/keys.ts';
import { AT_MOST_MS, EVERY_MS, pauseAfter } from '../../pwa/src/polling.ts';

test('the first row comes where none is at hand, and none beyond the ends', () => {
  assert.equal(nextIndex(-1, 3, 1), 0);
  assert.equal(nextIndex(-1, 3, -1), 0);
  assert.equal(nextIndex(0, 3, 1), 1);
  assert.equal(nextIndex(2, 3, 1), 2);
  assert.equal(nextIndex(0, 3, -1), 0);
  assert.equal(nextIndex(-1, 0, 1), -1);
});

test('a server that is away is asked less and less often, and never too seldom', () => {
  assert.equal(pauseAfter(0), EVERY_MS);
  assert.equal(pauseAfter(1), 2 * EVERY_MS);
  assert.equal(pauseAfter(2), 4 * EVERY_MS);
  assert.equal(pauseAfter(50), AT_MOST_MS);
});

test('points near to each other are one mark, and each point is somewhere once', () => {
  const points = [
    { x: 1, y: 1 },
    { x: 30, y: 30 },
    { x: 37, y: 1 },
    { x: -1, y: 1 },
  ];
  assert.deepEqual(gather(points, 36), [[0, 1, 3], [2]]);
  assert.deepEqual(gather([], 36), []);
});

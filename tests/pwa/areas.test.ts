import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, isLargeEnough, moved, read, resized } from '../../pwa/src/areas.ts';

const AREA = { left: 10, top: 20, width: 30, height: 40 };

test('an area is drawn from any corner, and ends at the edge of the photo', () => {
  assert.deepEqual(between([40, 60], [10, 20]), AREA);
  assert.deepEqual(between([90, 90], [130, -5]), { left: 90, top: 0, width: 10, height: 90 });
  assert.equal(isLargeEnough(between([5, 5], [5.5, 50])), false);
});

test('an area that is moved keeps its size and stays on the photo', () => {
  assert.deepEqual(moved(AREA, [5, -5]), { ...AREA, left: 15, top: 15 });
  assert.deepEqual(moved(AREA, [500, -500]), { ...AREA, left: 70, top: 0 });
});

test('an area grows to the edge and shrinks to what can still be seen', () => {
  assert.deepEqual(resized(AREA, [1, -1]), { ...AREA, width: 31, height: 39 });
  assert.deepEqual(resized(AREA, [500, -500]), { ...AREA, width: 90, height: 1 });
});

test('fields are read with comma or point, and half an area is none', () => {
  assert.deepEqual(read(['10', '20,0', '30.0', ' 40 ']), AREA);
  assert.equal(read(['10', '', '30', '40']), undefined);
  assert.equal(read(['10', 'x', '30', '40']), undefined);
  assert.equal(read(['10', '20', '30', '101']), undefined);
});

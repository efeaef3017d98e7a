import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../pwa/src/islands/near-me.ts';
import { NoAnswer } from '../../pwa/src/spots.ts';

test('who says no is told another thing than who has no satellites', () => {
  assert.equal(reason({ code: 1 }, true), 'denied');
  assert.equal(reason({ code: 2 }, true), 'unavailable');
  assert.equal(reason({ code: 3 }, true), 'unavailable');
});

test('a server that does not answer is the network’s fault only where there is none', () => {
  assert.equal(reason(new NoAnswer(), false), 'offline');
  assert.equal(reason(new NoAnswer(), true), 'unavailable');
});

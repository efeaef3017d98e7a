import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presence } from '../../pwa/src/islands/kiosk.ts';

const patience = { idleSeconds: 60, warningSeconds: 20 };

test('whoever touched the screen within the minute is there', () => {
  assert.equal(presence(0, patience).stage, 'here');
  assert.equal(presence(59.9, patience).stage, 'here');
});

test('after a minute they are asked, and the seconds count down', () => {
  assert.deepEqual(presence(60, patience), { stage: 'asked', left: 20 });
  assert.deepEqual(presence(70.5, patience), { stage: 'asked', left: 10 });
  assert.deepEqual(presence(79.9, patience), { stage: 'asked', left: 1 });
});

test('who does not answer has gone', () => {
  assert.deepEqual(presence(80, patience), { stage: 'gone', left: 0 });
  assert.deepEqual(presence(9999, patience), { stage: 'gone', left: 0 });
});

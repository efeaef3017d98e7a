import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateFor } from '../../pwa/src/islands/danger-gate.ts';

test('an ordinary category leaves the form open', () => {
  assert.deepEqual(gateFor({ gate: null, answer: null, seen: false }), { question: false, panel: false, open: true });
});

test('a category that always warns opens the form only after the warning is seen', () => {
  assert.deepEqual(gateFor({ gate: 'always', answer: null, seen: false }), { question: false, panel: true, open: false });
  assert.deepEqual(gateFor({ gate: 'always', answer: null, seen: true }), { question: false, panel: true, open: true });
});

test('a category with a question waits for its answer, and warns on yes', () => {
  assert.deepEqual(gateFor({ gate: 'question', answer: null, seen: false }), { question: true, panel: false, open: false });
  assert.deepEqual(gateFor({ gate: 'question', answer: 'yes', seen: false }), { question: true, panel: true, open: false });
  assert.deepEqual(gateFor({ gate: 'question', answer: 'yes', seen: true }), { question: true, panel: true, open: true });
  assert.deepEqual(gateFor({ gate: 'question', answer: 'no', seen: false }), { question: true, panel: false, open: true });
});

test('a confirmation alone never answers the question', () => {
  assert.equal(gateFor({ gate: 'question', answer: null, seen: true }).open, false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hours, phoneAt } from '../../pwa/src/islands/duty-phone.ts';

// tests/app/places/test_duty_hours.py asks this and the server the same; here are the edges in UTC.
const office: Hours = ['12345', 480, 930, 'office'];
const night: Hours = ['56', 1320, 360, 'night'];
const at = (moment: string, holidays = ''): string | undefined => phoneAt(new Date(moment), [office, night], holidays);

test('the hours are those of the clock in Norway, in winter and in summer', () => {
  assert.equal(at('2026-11-23T06:59:00Z'), undefined);
  assert.equal(at('2026-11-23T07:00:00Z'), 'office');
  assert.equal(at('2026-07-13T05:59:00Z'), undefined);
  assert.equal(at('2026-07-13T06:00:00Z'), 'office');
});

test('a night goes on past midnight', () => {
  assert.equal(at('2026-11-27T22:59:00Z'), 'night');
  assert.equal(at('2026-11-28T04:59:00Z'), 'night');
  assert.equal(at('2026-11-28T05:00:00Z'), undefined);
});

test('a holiday counts as a Sunday', () => {
  assert.equal(at('2026-12-25T09:00:00Z'), 'office');
  assert.equal(at('2026-12-25T09:00:00Z', '2026-12-25 2026-12-26'), undefined);
});

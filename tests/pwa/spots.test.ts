import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, fill, inWords } from '../../pwa/src/spots.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

test('distances are said as people say them', () => {
  assert.deepEqual(
    [3.4, 42.6, 99.4, 104, 999, 1000, 1340, 12_400].map((metres) => plain(inWords(metres, 'nb'))),
    ['3 m', '43 m', '99 m', '100 m', '1 km', '1 km', '1,3 km', '12 km'],
  );
});

test('each language has its own words and its own comma', () => {
  assert.deepEqual(
    ['nb', 'nn', 'en', 'pl', 'uk'].map((language) => plain(inWords(1340, language))),
    ['1,3 km', '1,3 km', '1.3 km', '1,3 km', '1,3 км'],
  );
});

test('a distance is never broken over two lines', () => {
  assert.doesNotMatch(inWords(1340, 'en') + inWords(40, 'nb'), / /);
});

test('no more of a position is told than a metre', () => {
  assert.deepEqual(at({ lat: 58.969_912_345, lon: -0.000_001, accuracy: 5 }), { lat: '58.96991', lon: '-0.00000' });
});

test('sentences are filled in, and what nobody knows stays', () => {
  assert.equal(fill('{distance} fra {place}', { distance: '40 m', place: '$& {distance}' }), '40 m fra $& {distance}');
  assert.equal(fill('{unknown}', {}), '{unknown}');
  assert.equal(fill(undefined, {}), '');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inStoredLanguage } from '../../pwa/src/islands/language.ts';
import type { Directory } from '../../pwa/src/offline/directory.ts';
import { lookUp, wanted } from '../../pwa/src/offline/directory.ts';
import { faultsOf, payloadOf } from '../../pwa/src/offline/report.ts';
import { bare, bestKept, isPage, mayKeep } from '../../pwa/src/worker/pages.ts';

const at = (path: string): string => `https://vof.example${path}`;

test('a form becomes the JSON of the API', () => {
  const values = [
    ['id', 'x'], ['language', 'nb'], ['sign_code', '7KQ3M8'], ['lat', ''], ['lon', ''], ['accuracy_m', ''], ['category', 'PA03'],
    ['answers-danger', 'no'], ['answers-where', 'seat'], ['answers-parts', 'leg'], ['answers-parts', 'back'], ['answers-since', ' '],
    ['description', ' Knust. '], ['name', ''], ['email', 'kari@example.org'], ['phone', ''],
  ] as const;
  const filled = { values, several: new Set(['answers-parts']), channel: 'qr', opened_seconds: 9, created_at: '2026-11-23T17:00:00Z' };
  assert.deepEqual(JSON.parse(payloadOf(filled)), {
    category: 'PA03', sign: '7KQ3M8', place: null, position: null, address: null, description: 'Knust.', language: 'nb',
    contact: { name: '', email: 'kari@example.org', phone: '' }, answers: { danger: 'no', where: 'seat', parts: ['leg', 'back'] },
    channel: 'qr', created_at: '2026-11-23T17:00:00Z',
  });
});

test('a position counts only whole, and traces only where the form has them', () => {
  const of = (...values: [string, string][]): Record<string, unknown> =>
    JSON.parse(payloadOf({ values, several: new Set(), channel: 'web', opened_seconds: 9, created_at: '-' })) as Record<string, unknown>;
  assert.deepEqual(of(['lat', '58.9'], ['lon', '5.7'], ['accuracy_m', '12.5'])['position'], { lat: 58.9, lon: 5.7, accuracy_m: 12.5 });
  assert.equal(of(['lat', '58.9'], ['lon', ''])['position'], null);
  assert.deepEqual([of()['opened_seconds'], of(['opened_at', '1'])['opened_seconds']], [undefined, 9]);
  assert.deepEqual([of(['website', ''])['website'], of(['website', 'x'])['website']], [undefined, 'x']);
});

test('the server’s sentences stand beside the fields they belong to', () => {
  assert.deepEqual(faultsOf({ message: 'm', fields: { contact: { email: ['E'] }, answers: { parts: 'P' }, sign: 'S' } }), [
    ['email', 'E'], ['answers-parts', 'P'], ['address', 'S'],
  ]);
  assert.deepEqual(faultsOf({ message: 'm', fields: {} }), [['', 'm']]);
});

const DIRECTORY: Directory = {
  kinds: { park: { name: 'Park', first: ['PA05'], more: ['PA01'] } },
  places: { 12: ['Byparken', 'park'] },
  signs: { '7KQ1M0': [12, 'Ved porten'] },
};

test('a sign is found by its address however it is written', () => {
  for (const path of ['/s/7KQ1M0', '/S/7kqlmo?lang=uk', '/s/7KQ-1M0', '/?code=7kq1m0']) {
    assert.equal(lookUp(DIRECTORY, wanted(at(path)))?.label, 'Ved porten', path);
  }
  assert.equal(lookUp(DIRECTORY, wanted(at('/places/12')))?.place, 'Byparken');
  assert.equal(lookUp(DIRECTORY, wanted(at('/report?place=12')))?.label, null);
  assert.deepEqual([wanted(at('/s/0000XX')).code, lookUp(DIRECTORY, wanted(at('/s/0000XX')))], ['0000XX', undefined]);
  assert.equal(lookUp(DIRECTORY, wanted(at('/report'))), undefined);
});

test('the worker leaves staff, the kiosk, uploads and photos alone', () => {
  for (const path of ['/', '/s/7KQ3M8', '/S/7kq3m8', '/report', '/places/12', '/r/2026-1', '/offline', '/mine', '/privacy']) assert.ok(isPage(new URL(at(path))), path);
  for (const path of ['/desk', '/crew', '/signs', '/signs/7KQ3M8', '/admin', '/sign-in', '/staff', '/kiosk', '/api/docs', '/photos/x/photo', '/places', '/r/2026-1/follow']) {
    assert.ok(!isPage(new URL(at(path))), path);
  }
});

test('nothing personal, foreign, refused or redirected is kept', () => {
  const ours = { 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'" };
  const keeps = (path: string, init: ResponseInit): boolean => mayKeep(new URL(at(path)), new Response('', init));
  assert.ok(keeps('/r/2026-1', { headers: ours }));
  assert.ok(!keeps('/r/2026-1?key=k', { headers: ours }));
  assert.ok(keeps('/report?place=1&lang=nb', { headers: ours }));
  assert.ok(!keeps('/?q=Kari', { headers: ours }));
  assert.ok(!keeps('/report?lat=58.97&lon=5.73', { headers: ours }));
  assert.ok(!keeps('/', { headers: { ...ours, 'Cache-Control': 'private, no-store' } }));
  assert.ok(!keeps('/', { headers: ours, status: 404 }));
  assert.ok(!keeps('/', {}));
});

test('of kept pages the same one answers, then the general one in that language', () => {
  const kept = ['/offline?lang=nb', '/offline?lang=en', '/s/7KQ3M8', '/report?place=1', '/'].map(at);
  const best = (path: string): string | undefined => bestKept(at(path), kept)?.slice(at('').length);
  assert.equal(best('/S/7kq3m8'), '/s/7KQ3M8');
  assert.equal(best('/s/7KQ3M8?fbclid=1'), '/s/7KQ3M8');
  assert.equal(best('/s/7KQ3M8?lang=en'), '/offline?lang=en');
  assert.equal(best('/s/7KQ3M8?lang=pl'), '/s/7KQ3M8');
  assert.equal(best('/s/ABCDEF?lang=nb'), '/offline?lang=nb');
  assert.equal(best('/report?place=2'), '/offline?lang=en');
  assert.equal(best('/report?place=1'), '/report?place=1');
  assert.equal(bestKept(at('/'), []), undefined);
  assert.equal(bare(at('/r/1?key=k&sent=1&lang=nb')), at('/r/1'));
});

test('the stored language is taken once, and only where the page is offered in it', () => {
  const offered = ['nb', 'uk'];
  assert.equal(inStoredLanguage(at('/s/X?place=1'), 'nb', 'uk', offered), at('/s/X?place=1&lang=uk'));
  assert.equal(inStoredLanguage(at('/s/X?lang=nb'), 'nb', 'uk', offered), null);
  assert.equal(inStoredLanguage(at('/s/X'), 'uk', 'uk', offered), null);
  assert.equal(inStoredLanguage(at('/desk'), 'nb', 'pl', offered), null);
  assert.equal(inStoredLanguage(at('/s/X'), 'nb', null, offered), null);
});

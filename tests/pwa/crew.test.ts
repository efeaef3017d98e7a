import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERYTHING, besides, chunksOf, groupsOf, packsOf, rowsOf } from '../../pwa/src/crew/grouping.ts';
import { fits, isIdle, isObvious, isPin, verifierOf } from '../../pwa/src/crew/lock/pin.ts';
import { isToDo, overlaid, overlayAll } from '../../pwa/src/crew/overlay.ts';
import type { Action, Sent } from '../../pwa/src/crew/queue/action.ts';
import { filledOf, EMPTY, deedOf, lacking, stepsOf, templatesFor, textOf } from '../../pwa/src/crew/report/steps.ts';
import { answersTo, asked } from '../../pwa/src/crew/new/answers.ts';
import { gpxOf, lengthOf, mapAddress, metresBetween, orderOf } from '../../pwa/src/crew/route.ts';
import { screenAt } from '../../pwa/src/crew/router.ts';
import { codeOf } from '../../pwa/src/crew/scan/code.ts';
import { MOST_TILES, squareAt, tilesFor } from '../../pwa/src/crew/tiles.ts';
import type { Answers, Category, Question, Report } from '../../pwa/src/crew/types.ts';
import { dueWords, learnTexts, say } from '../../pwa/src/crew/words.ts';

function report(changes: Partial<Report> = {}): Report {
  return {
    number: '2026-1', version: 5, status: 'received', urgent: false, danger: false, due_at: '2999-01-01T00:00:00Z', received_at: '2026-11-01T00:00:00Z',
    overdue: false, category: 'PA03', category_name: 'Benk', unit: { id: 1, name: 'Park' }, place: 1, place_name: 'Byparken', place_kind: 'park', place_owner: null,
    sign: null, sign_label: null, address: '', lat: 58.97, lon: 5.73, description: '', answers: [], assignee: null, followers: 0, photos: [], events: [],
    next: ['in_progress', 'fixed', 'not_ours'], ...changes,
  };
}

const done = (status: string, changes: object = {}): Action =>
  ({ report: '2026-1', content: { kind: 'status', status }, created_at: '1', refusal: null, conflict: null, receipt: null, ...changes }) as unknown as Action;
const sent = (version: number, status: string): Sent => ({ number: '2026-1', version, status }) as unknown as Sent;

test('what the crew has done shows at once, and what was refused has not happened', () => {
  const [shown] = overlayAll([report()], [done('in_progress'), done('fixed', { created_at: '2' })], []);
  assert.ok(shown && !isToDo(shown));
  const refused = overlaid(report(), [done('fixed', { refusal: { code: 'x', message: '', fields: {} } })], undefined);
  assert.equal(refused.status, 'received');
  assert.equal(refused.waiting.length, 1);
});

test('what has arrived counts until the list is newer', () => {
  assert.equal(overlaid(report(), [], sent(6, 'fixed')).status, 'fixed');
  assert.equal(overlaid(report({ version: 7 }), [], sent(6, 'fixed')).status, 'received');
});

test('a step is based on the list that was seen, also after something of one’s own has arrived', () => {
  const shown = overlaid(report(), [], sent(12, 'planned'));
  assert.deepEqual([shown.status, deedOf(shown, { ...EMPTY, step: 'fixed' }, [], '-').version], ['planned', 5]);
});

test('a deadline passes without the server', () => {
  assert.ok(overlaid(report({ due_at: '2020-01-01T00:00:00Z' }), [], undefined).overdue);
  assert.ok(!overlaid(report({ due_at: '2020-01-01T00:00:00Z', status: 'waiting' }), [], undefined).overdue);
});

test('the list is that of the server until distance is asked for, and urgent ones stay first', () => {
  const all = overlayAll(
    [report({ number: 'far', lat: 59.5 }), report({ number: 'near' }), report({ number: 'nowhere', lat: null, lon: null }), report({ number: 'urgent', lat: 59.9, urgent: true })],
    [], [],
  );
  const here = { lat: 58.97, lon: 5.73 };
  const numbers = (filter: object): string[] => rowsOf(all, { ...EVERYTHING, ...filter }, here, 1).map((row) => row.report.number);
  assert.deepEqual(numbers({}), ['far', 'near', 'nowhere', 'urgent']);
  assert.deepEqual(numbers({ sort: 'distance' }), ['urgent', 'near', 'far', 'nowhere']);
  assert.deepEqual(numbers({ only: 'urgent' }), ['urgent']);
  assert.deepEqual(numbers({ words: 'BENK bypark' }).length, 4);
  assert.deepEqual(numbers({ words: 'hall' }), []);
});

test('a long list is drawn in parts: small places together, a large one alone, nothing lost or moved', () => {
  const places = [1, 1, 2, 3, 3, 3, 3, 3, 4, 5];
  const all = overlayAll(places.map((place, nth) => report({ number: String(nth), place })), [], []);
  const packs = packsOf(groupsOf(rowsOf(all, EVERYTHING, null, 1), true), 4);
  assert.deepEqual(packs.map(({ size, groups }) => [size, groups.length]), [[3, 2], [5, 1], [2, 2]]);
  assert.deepEqual(packs.flatMap(({ groups }) => groups.flatMap(({ rows }) => rows.map((row) => row.report.number))), all.map(({ number }) => number));
  assert.deepEqual(chunksOf([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
});

test('rows of one place stand together, in the order of their first', () => {
  const all = overlayAll([report({ number: 'a' }), report({ number: 'b', place: 2, place_name: 'Hallen' }), report({ number: 'c' })], [], []);
  const groups = groupsOf(rowsOf(all, EVERYTHING, null, 1), true);
  assert.deepEqual(groups.map(({ place, rows }) => [place, rows.length]), [['Byparken', 2], ['Hallen', 1]]);
  const [first] = all;
  assert.deepEqual(first && besides(first, all).map(({ number }) => number), ['c']);
});

test('a round is no longer than any other way through a few stops', () => {
  const start = { lat: 58.9, lon: 5.7 };
  const stops = [[5.76, 58.97], [5.7, 58.95], [5.73, 58.99], [5.69, 58.98], [5.75, 58.93]].map(([lon = 0, lat = 0], at) => ({ lat, lon, name: String(at) }));
  const ways = <T>(all: readonly T[]): T[][] => (all.length < 2 ? [[...all]] : all.flatMap((one, at) => ways(all.filter((_, other) => other !== at)).map((rest) => [one, ...rest])));
  const best = Math.min(...ways(stops).map((way) => lengthOf(start, way)));
  const round = orderOf(start, stops);
  assert.equal(new Set(round).size, stops.length);
  assert.ok(lengthOf(start, round) <= best * 1.001, `${String(lengthOf(start, round))} against ${String(best)}`);
  assert.deepEqual(orderOf(null, []), []);
  assert.ok(Math.abs(metresBetween({ lat: 58.97, lon: 5.73 }, { lat: 58.98, lon: 5.73 }) - 1112) < 2);
});

test('a round of sixty stops is made before anybody looks up', () => {
  const stops = Array.from({ length: 60 }, (_, at) => ({ lat: 58.9 + ((at * 7919) % 100) / 1000, lon: 5.6 + ((at * 104_729) % 100) / 1000 }));
  const began = performance.now();
  const round = orderOf(null, stops);
  assert.ok(lengthOf(null, round) <= lengthOf(null, stops));
  assert.ok(performance.now() - began < 2000);
});

test('it is handed to the map app of the device, and as a file', () => {
  const stop = { lat: 58.97, lon: 5.73, name: 'Byparken & "x"' };
  assert.equal(mapAddress(stop, 'Android'), 'geo:58.970000,5.730000?q=58.970000,5.730000(Byparken%20%26%20%22x%22)');
  assert.equal(mapAddress(stop, 'iPad'), 'maps://?daddr=58.970000,5.730000');
  assert.match(gpxOf('Runde', [stop]), /<name>Byparken &amp; &quot;x&quot;<\/name>/);
});

test('the map of a worklist is kept from afar first, and never more than a tablet takes', () => {
  assert.deepEqual(squareAt({ lat: 59.9139, lon: 10.7522 }, 15), { z: 15, x: 17362, y: 9531 });
  const one = tilesFor([{ lat: 58.97, lon: 5.73 }], { min: 0, max: 17 }, '/tiles/{z}/{y}/{x}.png');
  assert.ok(one.includes('/tiles/15/9700/16905.png'));
  assert.equal(one.length, 7 * 9);
  const many = Array.from({ length: 500 }, (_, at) => ({ lat: 58.8 + at / 2000, lon: 5.5 + ((at * 31) % 500) / 1000 }));
  const kept = tilesFor(many, { min: 0, max: 18 }, '/tiles/{z}/{y}/{x}.png');
  assert.equal(kept.length, MOST_TILES);
  assert.match(kept[0] ?? '', /^\/tiles\/11\//);
});

test('a PIN is checked without network, and easy ones are none', async () => {
  const verifier = await verifierOf('274961');
  assert.ok(verifier && (await fits('274961', verifier)) && !(await fits('274960', verifier)));
  for (const pin of ['111111', '123456', '987654', '121212', '123123', '890123']) assert.ok(isObvious(pin), pin);
  for (const pin of ['274961', '135790', '112233']) assert.ok(!isObvious(pin), pin);
  assert.deepEqual(['123456', '12345', 'abcdef', '1234567'].map(isPin), [true, false, false, false]);
});

test('a tablet locks after a quarter of an hour, also when its clock is set back', () => {
  const now = Date.now();
  assert.deepEqual([now - 60_000, now - 16 * 60_000, now + 3_600_000].map((at) => isIdle(at, now)), [false, true, true]);
});

test('a sign is read from what is printed on it, and nothing else is taken for one', () => {
  assert.equal(codeOf('https://vof.example/s/7kq3m8'), '7KQ3M8');
  assert.equal(codeOf('HTTPS://VOF.EXAMPLE/S/7KQ3M8?lang=nb'), '7KQ3M8');
  assert.equal(codeOf(' 7kq 3mO '), '7KQ3M0');
  assert.equal(codeOf('https://example.org/menu'), null);
  assert.equal(codeOf('WIFI:T:WPA;S:x;;'), null);
  assert.equal(codeOf(''), null);
});

test('the address says which screen it is', () => {
  const at = (path: string): unknown => screenAt(`https://vof.example${path}`);
  assert.deepEqual(at('/crew'), { name: 'today' });
  assert.deepEqual(at('/crew?lang=nn#scan'), { name: 'scan' });
  assert.deepEqual(at('/crew/reports/2026-12345678'), { name: 'report', number: '2026-12345678' });
  assert.deepEqual(at('/crew#new?sign=7KQ3M8'), { name: 'new', sign: '7KQ3M8', place: null });
  assert.deepEqual(at('/crew#nonsense'), { name: 'today' });
  assert.deepEqual(at('/crew?place=12'), { name: 'place', place: 12 });
  assert.deepEqual(at('/crew?place=12#scan'), { name: 'scan' });
  assert.deepEqual(at('/crew?place=x'), { name: 'today' });
});

test('the most usual way on comes first, and one that waits is counted with', () => {
  assert.deepEqual(stepsOf(report(), false, {}), ['fixed', 'in_progress', 'ask_desk', 'note', 'not_ours']);
  assert.deepEqual(stepsOf(report({ status: 'fixed' }), true, { fixed: ['received'] }), ['received', 'ask_desk', 'note']);
});

test('what is missing is said before anything is kept', () => {
  const filled = { ...EMPTY, step: 'fixed' };
  assert.deepEqual(lacking(filled, 0), {});
  assert.deepEqual(lacking({ ...filled, step: 'note' }, 0), { text: 'note_needed' });
  assert.deepEqual(lacking({ ...filled, step: 'note' }, 1), {});
  assert.deepEqual(lacking({ ...filled, step: 'ask_desk' }, 1), { text: 'ask_needed' });
  assert.deepEqual(lacking({ ...filled, step: 'duplicate', minutes: '1,5' }, 0), { duplicate_of: 'duplicate_needed', minutes: 'minutes_wrong' });
});

test('a filled-in form becomes what the server takes, and the same form again', () => {
  const filled = { ...EMPTY, step: 'not_ours', text: ' Vegvesenet. ', internal: 'x', minutes: '25', owner: '7', release: true };
  const deed = deedOf(report(), filled, ['p1'], '2026-11-28T10:00:00Z');
  assert.deepEqual([deed.kind, deed.status, deed.public_text, deed.internal_text, deed.minutes, deed.owner, deed.release_photos, deed.version], ['status', 'not_ours', 'Vegvesenet.', 'x', 25, 7, true, 5]);
  assert.deepEqual(filledOf(deed), { ...filled, text: 'Vegvesenet.' });
  const note = deedOf(report(), { ...EMPTY, step: 'note' }, ['p1'], '-');
  assert.deepEqual([note.kind, note.status, filledOf(note).step], ['photos', null, 'note']);
});

test('templates of the category come first, in a language that is there', () => {
  const all = [{ id: 1, category: null, name: 'Alle', texts: { nb: 'Takk' } }, { id: 2, category: 'PA03', name: 'Benk', texts: { nb: 'Benk {number}', nn: '', en: 'Bench' } }, { id: 3, category: 'VE01', name: 'Vei', texts: {} }];
  const fitting = templatesFor(all, 'PA03');
  assert.deepEqual(fitting.map(({ id }) => id), [2, 1]);
  assert.deepEqual(fitting.map((one) => textOf(one, 'nn', report())), ['Benk 2026-1', 'Takk']);
});

test('words are filled in, and a deadline is said in hours, then in days', () => {
  learnTexts('{"hi": "Hei {name}", "due_hours": "{n} t", "late_day": "én dag", "late_days": "{n} d"}');
  assert.equal(say('hi', { name: 'Kari' }), 'Hei Kari');
  const now = Date.parse('2026-11-28T12:00:00Z');
  assert.equal(dueWords('2026-11-28T17:00:00Z', now), '5 t');
  assert.equal(dueWords('2026-11-27T12:00:00Z', now), 'én dag');
  assert.equal(dueWords('2026-11-24T12:00:00Z', now), '4 d');
});

const question = (code: string, when: string | null = null, equals = ''): Question => ({ code, kind: 'one', label: code, hint: null, options: [], when, equals });
const lamp: Category = {
  code: 'VE03', name: 'Gatelys', place_group: 'street', synonyms: [], danger: 'D1', gate: 'question', danger_question: 'Ligger masten nede?',
  questions: [question('what'), question('how_many', 'what', 'several row'), question('which', 'how_many', 'ten')],
};

test('a question that hangs on another answer is asked once that one is given', () => {
  const codes = (answers: Answers): string[] => asked(lamp.questions, answers).map(({ code }) => code);
  assert.deepEqual(codes({}), ['what']);
  assert.deepEqual(codes({ what: 'one' }), ['what']);
  assert.deepEqual(codes({ what: ['row'] }), ['what', 'how_many']);
  assert.deepEqual(codes({ what: 'one', how_many: 'ten' }), ['what']);
});

test('only answers to what is asked are sent, and those that were given', () => {
  const answers = { what: 'one', how_many: 'ten', danger: 'no', other: 'x', which: '' };
  assert.deepEqual(answersTo(lamp, answers), { what: 'one', danger: 'no' });
  assert.deepEqual(answersTo({ ...lamp, gate: 'always' }, answers), { what: 'one' });
});

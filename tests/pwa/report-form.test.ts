import '../../pwa/node_modules/fake-indexeddb/auto/index.mjs';
import assert from 'node:assert/strict';
import { after, beforeEach, mock, test } from 'node:test';
import { Window } from '../../pwa/node_modules/happy-dom/lib/index.js';
import { loadOutboxWhenNeeded } from '../../pwa/src/islands/outbox-loader.ts';
import { forgetSent } from '../../pwa/src/islands/report-form.ts';
import type { Item } from '../../pwa/src/offline/store.ts';
import { inStore } from '../../pwa/src/offline/store.ts';

const TEXTS = { panel: '<section tabindex="-1">-</section>', title: '-', where: '-', category: '-', email: '-', phone: '-' };
const FORM = `
  <input type="hidden" name="id" value="11111111-1111-4111-8111-111111111111"><input type="hidden" name="opened_at" value="x">
  <input name="address"><input type="radio" name="category" value="PA03" checked>
  <textarea name="description"></textarea><button>Send</button>`;

let page: Window;
let form: HTMLFormElement;
let native = 0;
let outboxArrives: () => void;
let pages = 0;

/** A page with the form at an address, before any script has started. */
function open(address = '/s/7KQ3M8', inside = FORM): void {
  page = new Window({ url: `https://vof.example${address}` });
  pages += 1;
  const name = `outboxOfPage${String(pages)}`;
  const arrived = new Promise<void>((resolve) => {
    outboxArrives = resolve;
  });
  const outbox = `await ${name};
    const { formStarted, reportForm } = await import('${import.meta.resolve('../../pwa/src/islands/report-form.ts')}');
    reportForm(document.querySelector('form'));
    export const ready = formStarted();`;
  page.document.body.innerHTML = `<main><form data-report-form>${inside}</form></main>`;
  const script = page.document.createElement('script');
  script.dataset['outbox'] = `data:text/javascript,${encodeURIComponent(outbox)}`;
  page.document.body.append(script);
  const { document, location, sessionStorage, localStorage, FormData, Event, CSS, HTMLFormElement, HTMLInputElement } = page;
  const names = { document, location, sessionStorage, localStorage, FormData, Event, CSS, HTMLFormElement, HTMLInputElement };
  // In a browser these are one object.
  const listening = { addEventListener: page.addEventListener.bind(page), window: globalThis };
  for (const [key, value] of Object.entries({ ...names, ...listening, [name]: arrived })) {
    Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
  }
  form = document.querySelector('form') as unknown as HTMLFormElement;
  // A page elsewhere is none of the test's business; that it was asked for is.
  page.HTMLFormElement.prototype.submit = () => {
    native += 1;
  };
  page.addEventListener('submit', (event) => {
    if (!event.defaultPrevented) native += 1;
    event.preventDefault();
  });
}

/** Until all that is under way in this process has come to rest. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await new Promise(setImmediate);
}

async function pass(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await settled();
  mock.timers.tick(1);
  await settled();
}

const type = (name: string, value: string): void => {
  const field = form.querySelector<HTMLTextAreaElement>(`[name="${name}"]`) ?? assert.fail(name);
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
};
const tap = (): void => {
  form.querySelector('button')?.click();
};
const back = (): void => {
  page.dispatchEvent(Object.assign(new page.Event('pageshow'), { persisted: true }));
};
const waiting = (): Promise<Item[]> => inStore('readonly', (store) => store.all('outbox'));

Object.defineProperty(globalThis, 'BroadcastChannel', { value: class extends EventTarget { postMessage(): void { /* nobody listens */ } } });
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true } });
/** What the server says to a report; without it there is no network. */
let refusal: object | undefined;
globalThis.fetch = (url) => {
  if ((url as string).startsWith('/form-texts')) return Promise.resolve(Response.json(TEXTS));
  return refusal ? Promise.resolve(Response.json(refusal, { status: 422 })) : Promise.reject(new TypeError('network'));
};

beforeEach(async () => {
  native = 0;
  refusal = undefined;
  mock.timers.reset();
  await inStore('readwrite', async (store) => {
    for (const { id } of await store.all('outbox')) store.delete('outbox', id);
  });
  mock.timers.enable({ apis: ['setTimeout'] });
  // Node's own mock takes no delay for no number, and then sorts its timers wrongly.
  const mocked = setTimeout;
  Object.assign(globalThis, { setTimeout: (run: () => void, delay = 0, ...given: []) => mocked(run, delay, ...given) });
});
after(() => {
  mock.timers.reset();
  setTimeout(() => process.exit(), 50).unref();
});

test('a second tap after the form has gone its native way makes no report of its own', async () => {
  open();
  loadOutboxWhenNeeded();
  type('address', 'Torget 1');
  tap();
  await pass(3_000);
  assert.equal(native, 1);
  outboxArrives();
  await settled();
  tap();
  await pass(0);
  assert.deepEqual([native, await waiting()], [2, []]);
});

test('a second tap while the first one waits goes the way of the first', async () => {
  open();
  loadOutboxWhenNeeded();
  type('address', 'Torget 1');
  tap();
  await pass(2_000);
  tap();
  await pass(1_000);
  assert.equal(native, 1);
  outboxArrives();
  await settled();
  await pass(3_000);
  assert.deepEqual([native, await waiting()], [1, []]);
});

test('two taps that the outbox comes in time for are one report in it', async () => {
  open();
  loadOutboxWhenNeeded();
  type('address', 'Torget 1');
  tap();
  tap();
  outboxArrives();
  await settled();
  await pass(3_000);
  assert.deepEqual([native, (await waiting()).length], [0, 1]);
});

test('on the way back from where the native way led, the outbox is there', async () => {
  open();
  loadOutboxWhenNeeded();
  type('address', 'Torget 1');
  tap();
  await pass(3_000);
  outboxArrives();
  await settled();
  back();
  tap();
  await pass(0);
  assert.deepEqual([native, (await waiting()).length], [1, 1]);
});

/** As after another visit in the same tab: with what was typed there. */
async function started(typed: [string, string][], corrected: string | null = null): Promise<void> {
  sessionStorage.setItem('draft:/s/7KQ3M8', JSON.stringify({ values: typed, corrected }));
  loadOutboxWhenNeeded();
  outboxArrives();
  await settled();
}

test('a restored text is sent without how long this page was open', async () => {
  open();
  await started([['address', 'Torget 1'], ['description', 'Benken er knust.']]);
  tap();
  await pass(0);
  const [item] = await waiting();
  assert.match(item?.payload ?? '', /Benken er knust/);
  assert.doesNotMatch(item?.payload ?? '', /opened_seconds/);
});

test('a page without a text of before tells how long it was open', async () => {
  open();
  await started([['address', 'Torget 1']]);
  tap();
  await pass(0);
  assert.match((await waiting())[0]?.payload ?? '', /opened_seconds/);
});

test('once the server does not know the sign, words alone say where it is', async () => {
  const inside = `<input type="hidden" name="sign_code" value="000000">${FORM.replace('<input name="address">', '<fieldset hidden disabled><input name="address"></fieldset>')}`;
  open('/s/7KQ3M8', inside);
  const refused = { code: 'unknown_sign', message: '-', fields: { sign: ['-'] } };
  const item = { id: 'i1', kind: 'report', url: '/', draft: '[]', payload: '{}', photos: [], refusal: refused, attempts: 0, not_before: 0 };
  await inStore('readwrite', (store) => {
    store.put('outbox', item as unknown as Item);
  });
  await started([], 'i1');
  assert.ok(!form.querySelector('[name="sign_code"]'));
  type('address', 'Torget 1');
  tap();
  await pass(0);
  const [waits, ...others] = await waiting();
  const { sign, address } = JSON.parse(waits?.payload ?? '{}') as Record<string, unknown>;
  assert.deepEqual([sign, address, others], [null, 'Torget 1', []]);
});

test('where the phone cannot keep a report, the form works again on the way back', async () => {
  open();
  await started([]);
  type('address', 'Torget 1');
  mock.method(IDBDatabase.prototype, 'transaction', () => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  tap();
  await pass(0);
  assert.equal(native, 1);
  back();
  tap();
  await pass(0);
  mock.restoreAll();
  assert.equal(native, 2);
});

test('the receipt of what went the native way takes the draft with it', () => {
  open('/r/2026-1?key=k&sent=1');
  sessionStorage.setItem('draft:/s/7KQ3M8', '-');
  forgetSent();
  assert.deepEqual(Object.keys(sessionStorage), []);
});

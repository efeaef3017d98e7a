/** What the tablet keeps things in, where it does not do its part. */
import '../../pwa/node_modules/fake-indexeddb/auto/index.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inStore } from '../../pwa/src/crew/store.ts';

const people = (): Promise<unknown> => inStore('readonly', (store) => store.all('people'));

test('a store that does not open is given up, and opens when it is asked again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const silent = t.mock.method(indexedDB, 'open', () => ({}));
  const refused = assert.rejects(people(), /IndexedDB/);
  for (let times = 0; times < 2; times += 1) {
    t.mock.timers.tick(4_000);
    await new Promise(setImmediate);
  }
  await refused;
  silent.mock.restore();
  t.mock.timers.reset();
  assert.deepEqual(await people(), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Followed, bytesOf, sameBytes } from '../../pwa/src/islands/push.ts';

class Kept implements Storage {
  readonly #kept = new Map<string, string>();
  get length(): number {
    return this.#kept.size;
  }
  clear(): void {
    this.#kept.clear();
  }
  getItem(name: string): string | null {
    return this.#kept.get(name) ?? null;
  }
  key(index: number): string | null {
    return [...this.#kept.keys()][index] ?? null;
  }
  removeItem(name: string): void {
    this.#kept.delete(name);
  }
  setItem(name: string, value: string): void {
    this.#kept.set(name, value);
  }
}

test('the server key is read as the server writes it: base64url without padding', () => {
  assert.deepEqual([...bytesOf('-_8')], [0xfb, 0xff]);
  assert.deepEqual([...bytesOf('BAEC')], [4, 1, 2]);
  assert.equal(bytesOf('B'.padEnd(87, 'A')).length, 65);
});

test('keys are the same only if every byte is', () => {
  assert.ok(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  assert.ok(!sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  assert.ok(!sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3)));
});

test('each report is followed by itself', () => {
  const storage = new Kept();
  const one = new Followed('2026-00000001', storage);
  const other = new Followed('2026-00000002', storage);
  one.endpoint = 'https://push.example/1';
  assert.equal(new Followed('2026-00000001', storage).endpoint, 'https://push.example/1');
  assert.equal(other.endpoint, null);
  one.endpoint = null;
  assert.equal(storage.length, 0);
});

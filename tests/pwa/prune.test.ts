import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prune, wordsOf } from '../../pwa/prune.ts';

const words = wordsOf(['<p class="kept" data-size="lg" aria-invalid="true">']);

test('a rule for a class that no page mentions goes', () => {
  assert.equal(prune('.kept{color:red}.gone{color:red}', words), '.kept{color:red}');
  assert.equal(prune('.kept,.gone{color:red}', words), '.kept{color:red}');
});

test('so does one for an attribute or a value that no page mentions', () => {
  assert.equal(prune('.kept[data-size=lg]{color:red}.kept[data-size=xl]{color:red}.kept[readonly]{color:red}', words), '.kept[data-size=lg]{color:red}');
});

test('one way through :is(), :where() or :has() is enough, and none is not', () => {
  const css = ':is(.gone,.kept>p):before{color:red}p:has(.gone,[aria-invalid=true]){color:red}';
  assert.equal(prune(css, words), css);
  assert.equal(prune(':is(.gone>:is(p)):before{color:red}p:has(.gone){color:red}:where(.gone) p{color:red}', words), '');
});

test('what is named as unreachable goes though its words are there', () => {
  assert.equal(prune('.kept[data-size],p.kept{color:red}.kept[data-size=lg]{color:red}', words, ['.kept[data-size']), 'p.kept{color:red}');
});

test('what :not() says is no demand', () => {
  const css = '.kept:not([readonly],.gone):is(p:not(.gone)){color:red}';
  assert.equal(prune(css, words), css);
});

test('the frames of an animation stay', () => {
  assert.equal(prune('@keyframes a{0%{opacity:0}}', words), '@keyframes a{0%{opacity:0}}');
});

test('empty frames go with their last rule', () => {
  assert.equal(prune('@media print{.gone{color:red}}@layer a{@supports (x:y){.gone{color:red}}}p{color:red}', words), 'p{color:red}');
});

test('custom properties stay only as long as something asks for them, directly or through others', () => {
  assert.equal(
    prune(':root{--a:1px;--b:var(--a);--c:2px;--d:var(--c)}p{margin:var(--b)}', words),
    ':root{--a:1px;--b:var(--a)}p{margin:var(--b)}',
  );
});

test('strings, addresses and empty values survive', () => {
  const css = '.kept:before{content:"};{,";background:url(data:image/svg+xml;charset=utf-8,%3Csvg%3E)}.kept *{--x:}p{margin:var(--x,0)}';
  assert.equal(prune(css, words), css);
});

test('light is said once', () => {
  assert.equal(prune('@media(prefers-color-scheme:light){p{color:red}}@media(prefers-color-scheme:dark){p{color:red}}', words), '@media(prefers-color-scheme:dark){p{color:red}}');
});

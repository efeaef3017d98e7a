/**
 * Drops from a style sheet what no page can reach. Four rules, each safe to reason about:
 *
 * 1. A selector that demands a class, an attribute or an attribute's value which no template and no script mentions
 *    can never match. Of several ways through an :is(), :where() or :has() one is enough; what a :not() says is no
 *    demand. Names must therefore stand whole in templates and scripts, never glued together from parts.
 * 2. A selector that is named as unreachable never matches either: words alone do not tell that two of them never meet
 *    in one element, or that one is no word of a page at all.
 * 3. A custom property that no var() asks for, directly or through others, has no effect.
 * 4. The theme says "light" twice: for :root, and again for parts that force a scheme. No part of ours does.
 *
 * The input is esbuild's minified output, so there are no comments and no stray white space to care about.
 */

interface Declaration {
  readonly text: string;
}

/** A rule of any kind: a selector or an at-rule, and what stands between its braces. */
interface Block {
  readonly prelude: string;
  readonly statements: readonly Statement[];
}

type Statement = Declaration | Block;

const isBlock = (statement: Statement): statement is Block => 'prelude' in statement;

/** The words that pages are made of: everything that could be a class, an attribute or a value. */
export function wordsOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => text.match(/[\w-]+/g) ?? []));
}

/** Cuts a text wherever `isEnd` says so of a character outside strings, brackets and blocks; the end stays with its part. */
function cut(text: string, isEnd: (character: string) => boolean): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (!quote && depth === 0 && isEnd(character)) {
      parts.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  return start < text.length ? [...parts, text.slice(start)] : parts;
}

function parse(css: string): Statement[] {
  return cut(css, (character) => character === ';' || character === '}').map((part) => {
    if (!part.endsWith('}')) return { text: part.replace(/;$/, '') };
    const open = part.indexOf('{');
    return { prelude: part.slice(0, open), statements: parse(part.slice(open + 1, -1)) };
  });
}

function print(statements: readonly Statement[]): string {
  return statements
    .map((statement) => (isBlock(statement) ? `${statement.prelude}{${print(statement.statements)}}` : `${statement.text};`))
    .join('')
    .replaceAll(';}', '}');
}

function selectorsOf(list: string): string[] {
  return cut(list, (character) => character === ',').map((selector) => selector.replace(/,$/, ''));
}

function canMatch(selector: string, words: ReadonlySet<string>): boolean {
  let outside = '';
  for (const part of cut(selector, (character) => character === ')')) {
    const functional = /^(.*?):([\w-]+)\((.*)\)$/s.exec(part);
    if (!functional) {
      outside += part;
      continue;
    }
    const [, before = '', name = '', list = ''] = functional;
    outside += before;
    if (['is', 'where', 'has'].includes(name) && !selectorsOf(list).some((way) => canMatch(way, words))) return false;
  }
  const classes = [...outside.matchAll(/\.((?:[\w-]|\\.)+)/g)].map((match) => match[1]);
  const attributes = [...outside.matchAll(/\[([\w-]+)(?:=["']?([\w-]+)["']?)?/g)].flatMap((match) => [match[1], match[2]]);
  return [...classes, ...attributes].every((word) => word === undefined || words.has(word));
}

function dropUnreachable(statements: readonly Statement[], canReach: (selector: string) => boolean): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    if (!isBlock(statement)) return [statement];
    let { prelude } = statement;
    if (prelude.replaceAll(' ', '') === '@media(prefers-color-scheme:light)') return [];
    if (prelude.startsWith('@keyframes')) return [statement];
    if (!prelude.startsWith('@')) prelude = selectorsOf(prelude).filter(canReach).join(',');
    const inner = dropUnreachable(statement.statements, canReach);
    return prelude && inner.length > 0 ? [{ prelude, statements: inner }] : [];
  });
}

function dropUnasked(statements: readonly Statement[], asked: ReadonlySet<string>): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    if (!isBlock(statement)) {
      const name = statement.text.slice(0, statement.text.indexOf(':'));
      return name.startsWith('--') && !asked.has(name) ? [] : [statement];
    }
    const inner = dropUnasked(statement.statements, asked);
    return inner.length > 0 ? [{ ...statement, statements: inner }] : [];
  });
}

/** `unreachable`: what a selector that never matches contains. */
export function prune(css: string, words: ReadonlySet<string>, unreachable: readonly string[] = []): string {
  const canReach = (selector: string): boolean =>
    canMatch(selector, words) && !unreachable.some((part) => selector.includes(part));
  let pruned = print(dropUnreachable(parse(css.trim()), canReach));
  for (let before = ''; before !== pruned; ) {
    before = pruned;
    const asked = new Set([...before.matchAll(/var\((--[\w-]+)/g)].map((match) => match[1] ?? ''));
    pruned = print(dropUnasked(parse(before), asked));
  }
  return pruned;
}

/**
 * Builds dist/, or another folder if one is named, from src/, styles/ and the words of templates/:
 * `node build.mjs [folder]`. The same input gives the same bytes.
 * A template that mentions a class for the first time therefore needs a new build.
 *
 * dist/assets.json maps each logical name (site.js) to the file that carries it (site-3K9Q2M7A.js). Names carry a hash
 * of the content, so that a server may let browsers keep them for ever. Beside each file lie a .br and a .gz.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { prune, wordsOf } from './prune.ts';

const here = import.meta.dirname;
const dist = process.argv[2] ?? join(here, 'dist');
const SCRIPTS = ['site.ts', 'outbox.ts', 'follow.ts', 'kiosk.ts', 'near.ts', 'where.ts', 'map.ts', 'keeper.ts', 'keepers-map.ts', 'intake.ts', 'desk.ts', 'register-map.ts', 'black-out.ts', 'report-map.ts', 'places.ts', 'staff.ts', 'wall.ts', 'figures.ts', 'figures-map.ts', 'mine.ts', 'passkey.ts', 'offline-page.ts'];
/** The crew's app has a sheet of its own, so its words keep nothing in that of residents. */
const CREW_SCRIPTS = ['crew.tsx', 'crew-map.ts', 'crew-scan.ts'];
const PICTURES = ['icon.svg'];
/** Words of scripts and of texts that are no attribute's value on any page: no switch, no read-only field, no forced dark. */
const NO_WORDS_OF_PAGES = ['switch', 'readonly', 'dark'];
/** Pairs that never meet in one element, though both of their words do occur. */
const UNREACHABLE = ['.ds-validation-message[data-color', '[data-variant=outline', '.ds-details[data-variant', '[data-color-scheme]['];
const BROWSERS = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];

/** The theme has several palettes; ours is its green one, and no other is needed as the accent. */
function withOurAccent(css) {
  return css
    .replaceAll(/--ds-color-accent-[\w-]+:[^;}]+;/g, '')
    .replaceAll('--ds-color-brand1-', '--ds-color-accent-');
}

/** What scripts are made of when they are built, so that neither comments nor types count as words of a page. */
/** Pages that only staff see have the whole of their sheet; their words keep nothing in that of residents. */
const FOR_STAFF = /^(admin|crew|desk|mailbox|personal|places|signs|staff|statistics)[/\\]|^staff_layout/;

async function wordsOfPages(scripts) {
  const folder = join(here, 'templates');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html') && !FOR_STAFF.test(name));
  const templates = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const withoutComments = templates.map((template) => template.replaceAll(/\{#.*?#\}/gs, ''));
  const words = wordsOf([...withoutComments, ...scripts.map(([, code]) => code)]);
  return words.difference(new Set(NO_WORDS_OF_PAGES));
}

async function bundle(entryPoint, options) {
  const result = await build({ entryPoints: [entryPoint], bundle: true, minify: true, write: false, legalComments: 'none', ...options });
  return result.outputFiles[0].text;
}

/** No syntax is lowered: a browser without layers or :has() shows plainer pages that work all the same. */
async function sheet(name) {
  return withOurAccent(await bundle(join(here, 'styles', name), {}));
}

async function script(name) {
  // Leaflet's licence asks for its notice; nothing else in a bundle carries one.
  const code = await bundle(join(here, 'src', name), { format: 'esm', target: BROWSERS, legalComments: 'eof', jsx: 'automatic', jsxImportSource: 'preact' });
  return [name.replace(/\.tsx?$/, '.js'), code];
}

/** A worker of its own for every change of what pages load, so that browsers take the new files together. */
async function worker(entry, name, others) {
  const hash = createHash('sha256').update(JSON.stringify(others));
  const options = { format: 'iife', target: BROWSERS, define: { VERSION: '"?"' } };
  const code = await bundle(join(here, 'src', 'worker', entry), options);
  const version = hash.update(code).digest('hex').slice(0, 10);
  return [name, await bundle(join(here, 'src', 'worker', entry), { ...options, define: { VERSION: `"${version}"` } })];
}

async function write(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
  const extension = extname(name);
  const file = `${basename(name, extension)}-${hash}${extension}`;
  const bytes = Buffer.from(content);
  const [brotli, gzip] = await Promise.all([
    promisify(zlib.brotliCompress)(bytes, { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    promisify(zlib.gzip)(bytes, { level: 9 }),
  ]);
  await Promise.all([
    writeFile(join(dist, file), bytes),
    writeFile(join(dist, `${file}.br`), brotli),
    writeFile(join(dist, `${file}.gz`), gzip),
  ]);
  return [name, file];
}

const scripts = await Promise.all(SCRIPTS.map(script));
const crewScripts = await Promise.all(CREW_SCRIPTS.map(script));
const words = await wordsOfPages(scripts);
const contents = await Promise.all([
  // Residents get their sheet inside every page, so each byte of it counts; staff's is linked and kept by the browser.
  sheet('resident.css').then((css) => ['resident.css', prune(css, words, UNREACHABLE)]),
  sheet('staff.css').then((css) => ['staff.css', css]),
  // The pictures of Leaflet's own pins and switches are not used.
  bundle(join(here, 'styles', 'map.css'), { external: ['*.png'] }).then((css) => ['map.css', css]),
  bundle(join(here, 'styles', 'keeper.css'), {}).then((css) => ['keeper.css', css]),
  sheet('kiosk.css').then((css) => ['kiosk.css', prune(css, words, UNREACHABLE)]),
  bundle(join(here, 'styles', 'crew.css'), {}).then((css) => ['crew.css', css]),
  ...scripts,
  ...crewScripts,
  ...PICTURES.map(async (name) => [name, await readFile(join(here, 'src', name), 'utf8')]),
]);
contents.push(...(await Promise.all([worker('worker.ts', 'worker.js', contents), worker('crew.ts', 'crew-worker.js', contents)])));
await rm(dist, { recursive: true, force: true });
await mkdir(dist);
const assets = await Promise.all(contents.map(([name, content]) => write(name, content)));
await writeFile(join(dist, 'assets.json'), `${JSON.stringify(Object.fromEntries(assets), null, 2)}\n`);

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
const SCRIPTS = ['site.ts', 'follow.ts', 'kiosk.ts', 'near.ts', 'staff.ts', 'mine.ts', 'offline-page.ts'];
const PICTURES = ['icon.svg'];
const BROWSERS = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];

/** The theme has several palettes; ours is its green one, and no other is needed as the accent. */
function withOurAccent(css) {
  return css
    .replaceAll(/--ds-color-accent-[\w-]+:[^;}]+;/g, '')
    .replaceAll('--ds-color-brand1-', '--ds-color-accent-');
}

async function wordsOfPages() {
  const folders = [join(here, 'templates'), join(here, 'src')];
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true })).filter((name) => /\.(html|ts|tsx)$/.test(name)).map((name) => join(folder, name)),
    ),
  );
  return wordsOf(await Promise.all(names.flat().map((name) => readFile(name, 'utf8'))));
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
  const code = await bundle(join(here, 'src', name), { format: 'esm', target: BROWSERS });
  return [name.replace(/\.ts$/, '.js'), code];
}

/** A worker of its own for every change of what pages load, so that browsers take the new files together. */
async function worker(others) {
  const hash = createHash('sha256').update(JSON.stringify(others));
  const options = { format: 'iife', target: BROWSERS, define: { VERSION: '"?"' } };
  const code = await bundle(join(here, 'src', 'worker', 'worker.ts'), options);
  const version = hash.update(code).digest('hex').slice(0, 10);
  return ['worker.js', await bundle(join(here, 'src', 'worker', 'worker.ts'), { ...options, define: { VERSION: `"${version}"` } })];
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

const words = await wordsOfPages();
const contents = await Promise.all([
  // Residents get their sheet inside every page, so each byte of it counts; staff's is linked and kept by the browser.
  sheet('resident.css').then((css) => ['resident.css', prune(css, words)]),
  sheet('staff.css').then((css) => ['staff.css', css]),
  sheet('kiosk.css').then((css) => ['kiosk.css', prune(css, words)]),
  ...SCRIPTS.map(script),
  ...PICTURES.map(async (name) => [name, await readFile(join(here, 'src', name), 'utf8')]),
]);
contents.push(await worker(contents));
await rm(dist, { recursive: true, force: true });
await mkdir(dist);
const assets = await Promise.all(contents.map(([name, content]) => write(name, content)));
await writeFile(join(dist, 'assets.json'), `${JSON.stringify(Object.fromEntries(assets), null, 2)}\n`);

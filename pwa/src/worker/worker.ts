/**
 * Pages come from the network, and from what is kept here when that takes too long; hashed files are kept for ever. What
 * is sent the worker never touches: the page's own outbox sends it, and here only where the browser offers to wake us.
 */
import { CHANNEL, send } from '../offline/sender.ts';
import { bestKept, isPage, mayKeep } from './pages.ts';
import './push.ts';
import { scope } from './scope.ts';


/** Set by the build: another one for every change of a script or style. */
declare const VERSION: string;

const CACHE = `vof-${VERSION}`;
const PATIENCE_MS = 4_000;
const LONGEST_PATIENCE_MS = 30_000;
const FRESH_MS = 24 * 3_600_000;
const FILES = '/static/';
const DIRECTORY = '/api/v1/directory';
const TEXTS = '/form-texts';
const READY = ['/offline', '/mine', DIRECTORY, TEXTS, '/manifest.webmanifest'];

const openCache = (): Promise<Cache> => caches.open(CACHE);

async function keep(url: URL, response: Response): Promise<void> {
  if (mayKeep(url, response)) await (await openCache()).put(url.href, response);
}

/** The kept answer for exactly this address; the headers that a browser sends make no other page of it. */
function kept(address: string): Promise<Response | undefined> {
  return caches.match(address, { ignoreVary: true });
}

async function isFresh(address: string): Promise<boolean> {
  const date = (await (await openCache()).match(address, { ignoreVary: true }))?.headers.get('Date');
  return date ? Date.now() - Date.parse(date) < FRESH_MS : false;
}

/** A page is worth nothing without the files that it names. */
async function keepWithFiles(address: string): Promise<void> {
  const response = await fetch(address, { cache: 'no-cache' });
  const copy = response.clone();
  await keep(new URL(address), response);
  const files = new Set((await copy.text()).match(/\/static\/[\w.-]+/g));
  await Promise.all([...files].map((file) => fromFiles(new URL(file, location.origin).href)));
}

/** What every sign needs when there is no network, in one language; looked after once a day, or anew when asked. */
async function makeReady(lang: string, anew = false): Promise<void> {
  const addresses = READY.map((path) => `${location.origin}${path}?lang=${lang}`);
  await Promise.all(
    addresses.map(async (address) => {
      if (anew || !(await isFresh(address))) await keepWithFiles(address);
    }),
  );
}

/** The older make's cache goes when this one takes over, so whatever is the same in both is taken along. */
async function fromFiles(address: string): Promise<Response> {
  const own = await openCache()
    .then((cache) => cache.match(address, { ignoreVary: true }))
    .catch(() => undefined);
  if (own) return own;
  const response = (await kept(address).catch(() => undefined)) ?? (await fetch(address));
  const copy = response.clone();
  if (response.status === 200) {
    await openCache()
      .then((cache) => cache.put(address, copy))
      // On a full phone the page still gets its file.
      .catch(() => undefined);
  }
  return response;
}

async function bestPage(address: string): Promise<Response | undefined> {
  const addresses = (await (await openCache()).keys()).map((request) => request.url).filter((url) => isPage(new URL(url)));
  const best = bestKept(address, addresses);
  return best === undefined ? undefined : kept(best);
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** A reporter's own page stays nowhere; without network the list of what this phone has sent stands in for it. */
async function ownPage(event: FetchEvent, lang: string): Promise<Response> {
  try {
    return await fetch(event.request);
  } catch {
    return (await bestPage(`${location.origin}/mine?lang=${lang}`)) ?? Response.error();
  }
}

/** `stored` answers when the network fails, is too slow, or has only a broken server to offer. */
async function fromNetwork(event: FetchEvent, stored: () => Promise<Response | undefined>, patience_ms: number): Promise<Response> {
  const fresh = fetch(event.request);
  event.waitUntil(
    fresh.then(
      (response) => keep(new URL(event.request.url), response.clone()).catch(() => undefined),
      () => undefined,
    ),
  );
  const good = fresh.then(
    async (response) => (response.status < 500 ? response : ((await stored()) ?? response)),
    stored,
  );
  return (await Promise.race([good, later(patience_ms).then(stored)])) ?? (await good) ?? fresh;
}

async function languagesKept(): Promise<string[]> {
  const names = await caches.keys();
  const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  const pages = all.flat().map((request) => new URL(request.url));
  return [...new Set(pages.filter((url) => url.pathname === '/offline').map((url) => url.searchParams.get('lang') ?? ''))].filter(Boolean);
}

scope.addEventListener('install', (event) => {
  // It takes over only when every page of the old one is closed, so that pages and files stay of one make.
  event.waitUntil(languagesKept().then((languages) => Promise.all(languages.map((lang) => makeReady(lang)))));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('vof-') && name !== CACHE).map((name) => caches.delete(name)))),
  );
});

scope.addEventListener('message', (event) => {
  const { lang, anew } = (event.data ?? {}) as { lang?: string; anew?: boolean };
  if (lang) event.waitUntil(makeReady(lang, anew).catch(() => undefined));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith(FILES)) event.respondWith(fromFiles(request.url));
  else if (request.mode === 'navigate' && url.searchParams.has('key')) event.respondWith(ownPage(event, url.searchParams.get('lang') ?? 'nb'));
  else if (request.mode === 'navigate' && isPage(url)) {
    // An old form is as good as a new one; an old status is not.
    const patience_ms = url.pathname.startsWith('/r/') ? LONGEST_PATIENCE_MS : PATIENCE_MS;
    event.respondWith(fromNetwork(event, () => bestPage(request.url), patience_ms));
  }
  else if (url.pathname === DIRECTORY || url.pathname === TEXTS) {
    event.respondWith(
      kept(request.url)
        .catch(() => undefined)
        .then((known) => known ?? fetch(request)),
    );
  }
});

scope.addEventListener('sync' as 'message', (event: ExtendableEvent & { readonly tag?: string }) => {
  if (event.tag !== CHANNEL) return;
  event.waitUntil(
    send().then((wait) => {
      // The browser tries again only after a failure.
      if (wait !== null) throw new Error('something still waits');
    }),
  );
});

/**
 * The crew's own worker, for /crew alone, so that residents load nothing of it. The app's shell answers for its pages as
 * soon as it is kept, and a cellar is as fast as an office; a newer one is fetched meanwhile and serves the next time.
 * Pictures and squares of the map come from what the page has put into a cache of its person (`crew/pictures.ts`). What is
 * sent it never touches: the page's queue sends it.
 */
import { isPicture } from '../offline/picture.ts';
import { scope } from './scope.ts';

/** Set by the build: another one for every change of a script or style. */
declare const VERSION: string;

const CACHE = `crew-app-${VERSION}`;
const OWN_CACHES = 'crew-person-';
const SHELL = '/crew/shell';
const FILES = '/static/';
/** The pages that the app stands in for; whatever else lies below /crew is the server's alone. */
const PAGES = /^\/crew(\/reports\/[^/]+)?$/;

const openCache = (): Promise<Cache> => caches.open(CACHE);
const shellOf = (lang: string): string => `${location.origin}${SHELL}?lang=${lang}`;

interface Kept {
  readonly lang: string;
  readonly shell: Response;
}

/** The shells that are kept, of this make or of the one before, the newest last. */
async function keptShells(): Promise<Kept[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith('crew-app-'));
  const found = await Promise.all(
    names.map(async (name) => {
      const cache = await caches.open(name);
      const addresses = (await cache.keys()).map(({ url }) => new URL(url)).filter(({ pathname }) => pathname === SHELL);
      return Promise.all(addresses.map(async ({ href, searchParams }) => ({ lang: searchParams.get('lang') ?? 'nb', shell: await cache.match(href, { ignoreVary: true }) })));
    }),
  );
  return found.flat().flatMap(({ lang, shell }) => (shell ? [{ lang, shell }] : []));
}

/** The shell of the language that is asked for, or the one kept last. */
async function keptShell(lang: string | null): Promise<Kept | undefined> {
  return (await keptShells()).filter((one) => lang === null || one.lang === lang).at(-1);
}

/** Files carry a hash of their content, so what is kept is right for ever. */
async function fromFiles(address: string): Promise<Response> {
  const kept = await caches.match(address, { ignoreVary: true }).catch(() => undefined);
  const response = kept ?? (await fetch(address));
  if (!kept || !(await (await openCache()).match(address))) {
    const copy = response.clone();
    // On a full tablet the page still gets its file.
    if (response.status === 200) await openCache().then((cache) => cache.put(address, copy)).catch(() => undefined);
  }
  return response;
}

/** Keeps a shell once all files that it names are kept; `true` where it differs from the one before. */
async function keepShell(lang: string): Promise<boolean> {
  const response = await fetch(shellOf(lang), { cache: 'no-cache' });
  // The sign-in page of a café's network has no policy of ours.
  if (response.status !== 200 || response.redirected || !response.headers.get('Content-Security-Policy')?.includes("frame-ancestors 'none'")) return false;
  const [before, now] = await Promise.all([keptShell(lang).then((kept) => kept?.shell.text()), response.clone().text()]);
  const files = new Set(now.match(/\/static\/[\w.-]+/g));
  await Promise.all([...files].map((file) => fromFiles(new URL(file, location.origin).href)));
  // Put anew, it is the last of the languages, and the next that is opened; until then the one before answers.
  await openCache().then((cache) => cache.put(shellOf(lang), response));
  return before !== undefined && before !== now;
}

async function refresh(lang: string): Promise<void> {
  if (!(await keepShell(lang))) return;
  for (const page of await scope.clients.matchAll({ type: 'window' })) page.postMessage('crew-update');
}

async function answerPage(event: FetchEvent, lang: string | null): Promise<Response> {
  const kept = await keptShell(lang);
  if (!kept) return fetch(event.request);
  event.waitUntil(refresh(kept.lang).catch(() => undefined));
  return kept.shell;
}

/** A picture that comes anew takes the place of the copy that is kept. */
async function renew(request: Request, response: Response): Promise<void> {
  for (const name of (await caches.keys()).filter((one) => one.startsWith(OWN_CACHES))) {
    const cache = await caches.open(name);
    if (await cache.match(request, { ignoreVary: true })) await cache.put(request, response.clone());
  }
}

/** A photo that was taken back or blacked out must not live on here, so the network is asked first. */
async function photo(event: FetchEvent): Promise<Response> {
  const known = await caches.match(event.request, { ignoreVary: true });
  if (!known) return fetch(event.request);
  const fresh = fetch(event.request).then(async (response) => {
    // Gone, or not for whoever has yet to sign in; the page itself drops the copy of what has left the list.
    if (response.status === 404) return response;
    if (!isPicture(response)) return known;
    await renew(event.request, response.clone());
    return response;
  });
  event.waitUntil(fresh.catch(() => undefined));
  return fresh.catch(() => known);
}

async function square(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true }).catch(() => undefined)) ?? fetch(request);
}

scope.addEventListener('install', (event) => {
  event.waitUntil(keptShells().then((all) => Promise.all([...new Set(all.map(({ lang }) => lang))].map(keepShell))));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('crew-app-') && name !== CACHE).map((name) => caches.delete(name)))),
  );
});

scope.addEventListener('message', (event) => {
  const { lang } = (event.data ?? {}) as { lang?: string };
  if (lang) event.waitUntil(keepShell(lang).catch(() => undefined));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith(FILES)) event.respondWith(fromFiles(request.url));
  else if (url.pathname.startsWith('/tiles/')) event.respondWith(square(request));
  else if (url.pathname.startsWith('/photos/')) event.respondWith(photo(event));
  else if (request.mode === 'navigate' && PAGES.test(url.pathname) && !url.searchParams.has('plain')) event.respondWith(answerPage(event, url.searchParams.get('lang')));
});

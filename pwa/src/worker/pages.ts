/** Which pages the worker keeps, and which kept page answers for an address. */

/** Residents' pages; whatever is not named here the worker does not touch. */
const PAGES = /^\/($|[sS]\/[^/]+$|report$|places\/\d+$|r\/[^/]+$|offline$|mine$|privacy$|accessibility$)/;

export function isPage(url: URL): boolean {
  return PAGES.test(url.pathname);
}

/** What an address may carry; a reporter's key, what somebody searched for or where they stood is not left on the device. */
const PARAMETERS = ['lang', 'place'];

/** Only public pages of ours, and no answer to what somebody typed. */
export function mayKeep(url: URL, response: Response): boolean {
  const control = response.headers.get('Cache-Control') ?? '';
  return (
    response.status === 200 &&
    !response.redirected &&
    [...url.searchParams.keys()].every((name) => PARAMETERS.includes(name)) &&
    !control.includes('no-store') &&
    // The sign-in page of a café's network has no policy of ours.
    (response.headers.get('Content-Security-Policy') ?? '').includes("frame-ancestors 'none'")
  );
}

/** An address without its language and what others hung onto it, and a sign's code as it is registered. */
export function bare(address: string): string {
  const url = new URL(address);
  url.hash = '';
  const place = url.searchParams.get('place');
  url.search = place === null ? '' : `?place=${place}`;
  if (/^\/s\//i.test(url.pathname)) url.pathname = url.pathname.toLowerCase();
  return url.href;
}

const langOf = (address: string): string | null => new URL(address).searchParams.get('lang');

/** Of the kept addresses, newest last, the one that answers best; undefined where none does. */
export function bestKept(asked: string, kept: readonly string[]): string | undefined {
  const newest = [...kept].reverse();
  const lang = langOf(asked);
  const same = newest.filter((one) => bare(one) === bare(asked));
  const generic = newest.filter((one) => new URL(one).pathname === '/offline');
  return (
    same.find((one) => one === asked) ??
    same.find((one) => lang === null || langOf(one) === lang) ??
    generic.find((one) => langOf(one) === lang) ??
    same[0] ??
    generic[0]
  );
}

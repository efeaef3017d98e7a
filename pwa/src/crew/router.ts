/** Which screen an address stands for. Reports have addresses of their own; what only this app has stands behind the #. */
import { useEffect, useState } from 'preact/hooks';

export type Screen =
  | { readonly name: 'today' | 'waiting' | 'scan' | 'me' | 'route' }
  | { readonly name: 'new'; readonly sign: string | null; readonly place: number | null }
  | { readonly name: 'place'; readonly place: number }
  | { readonly name: 'report'; readonly number: string };

const NAMES = ['today', 'waiting', 'scan', 'me', 'route'] as const;

export function screenAt(address: string): Screen {
  const { pathname, hash, searchParams } = new URL(address);
  const [, number] = /^\/crew\/reports\/([^/]+)$/.exec(pathname) ?? [];
  if (number && !hash) return { name: 'report', number: decodeURIComponent(number) };
  const [word = '', query = ''] = hash.slice(1).split('?');
  if (word === 'new') {
    const given = new URLSearchParams(query);
    return { name: 'new', sign: given.get('sign'), place: Number(given.get('place')) || null };
  }
  const place = Number(searchParams.get('place'));
  if (!word && Number.isSafeInteger(place) && place > 0) return { name: 'place', place };
  return { name: NAMES.find((name) => name === word) ?? 'today' };
}

export const reportAddress = (number: string): string => `/crew/reports/${encodeURIComponent(number)}`;
export const screenAddress = (name: string): string => (name === 'today' ? '/crew' : `/crew#${name}`);

const MOVED = 'moved';

/** Goes to another screen without loading a page. */
export function go(address: string): void {
  history.pushState(null, '', withLanguage(address));
  dispatchEvent(new Event(MOVED));
}

/** A language that was chosen by the address stays chosen. */
function withLanguage(address: string): string {
  const url = new URL(address, location.origin);
  const lang = new URLSearchParams(location.search).get('lang');
  if (lang) url.searchParams.set('lang', lang);
  return url.pathname + url.search + url.hash;
}

/** Links into the app do not load a page either; what is asked for in a new tab does. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest('a');
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || link.target || link.hasAttribute('download') || link.hasAttribute('data-load')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !/^\/crew(\/reports\/[^/]+)?$/.test(url.pathname)) return;
    event.preventDefault();
    const place = url.searchParams.get('place');
    go(url.pathname + (place ? `?place=${place}` : '') + url.hash);
    scrollTo(0, 0);
  });
}

export function useScreen(): Screen {
  const [screen, show] = useState(() => screenAt(location.href));
  useEffect(() => {
    const look = (): void => {
      show(screenAt(location.href));
    };
    addEventListener('popstate', look);
    addEventListener(MOVED, look);
    return () => {
      removeEventListener('popstate', look);
      removeEventListener(MOVED, look);
    };
  }, []);
  return screen;
}

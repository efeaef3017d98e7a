/**
 * The language somebody has chosen is remembered on the device and nowhere else. A page opened without a choice of its
 * own, as behind every sign, is opened anew in that language.
 */
const NAME = 'lang';

/** The address to go to instead, if any. `offered` are the languages that the page links to. */
export function inStoredLanguage(address: string, current: string, stored: string | null, offered: readonly string[]): string | null {
  const url = new URL(address);
  if (!stored || stored === current || url.searchParams.has(NAME) || !offered.includes(stored)) return null;
  url.searchParams.set(NAME, stored);
  return url.href;
}

export function rememberLanguage(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('a[hreflang]')];
  let stored: string | null;
  try {
    stored = localStorage.getItem(NAME);
  } catch {
    // Storage is switched off; then nothing can be remembered.
    return;
  }
  for (const link of links) {
    link.addEventListener('click', () => {
      localStorage.setItem(NAME, link.hreflang);
    });
  }
  const { documentElement } = document;
  // The answer to a form that was sent cannot be asked for a second time.
  if ('posted' in documentElement.dataset) return;
  const address = inStoredLanguage(location.href, documentElement.lang, stored, links.map((link) => link.hreflang));
  if (address) location.replace(address);
}

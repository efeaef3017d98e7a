/** Hands this page's address on: the phone's own sheet where it has one, else the clipboard. */
import type { Island } from '../islands.ts';

export function cleanAddress(address: string): string {
  const url = new URL(address);
  url.hash = '';
  for (const name of [...url.searchParams.keys()]) if (name !== 'lang') url.searchParams.delete(name);
  return url.href;
}

export const share: Island = (root) => {
  const said = root.parentElement?.querySelector<HTMLElement>('[data-shared]');
  if (!said) return;
  const { copied = '', failed = '' } = root.dataset;
  root.parentElement?.toggleAttribute('data-shown', true);

  const handOn = async (): Promise<void> => {
    const url = cleanAddress(location.href);
    if ('share' in navigator) {
      await navigator.share({ title: document.title, url });
      return;
    }
    // Only pages served over TLS have a clipboard.
    const { clipboard } = navigator as Partial<Navigator>;
    if (!clipboard) throw new DOMException('no clipboard', 'NotAllowedError');
    await clipboard.writeText(url);
    said.textContent = copied;
  };

  root.addEventListener('click', () => {
    handOn().catch((error: unknown) => {
      // Whoever closes the sheet has changed their mind.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      said.textContent = failed;
    });
  });
};

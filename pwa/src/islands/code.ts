/** A code typed without network: the sign's page is on the phone, the page that would look the code up is not. */
import type { Island } from '../islands.ts';
import { ours } from '../spots.ts';

const CODE = /^[0-9a-z]{6}$/;

export function codeOf(typed: string): string | null {
  const code = typed.toLowerCase().replace(/[\s-]/g, '');
  return CODE.test(code) ? code : null;
}

export const code: Island = (root) => {
  root.addEventListener('submit', (event) => {
    const typed = new FormData(root as HTMLFormElement).get('code');
    const sign = typeof typed === 'string' && codeOf(typed);
    if (navigator.onLine || !sign) return;
    event.preventDefault();
    location.assign(ours(`/s/${sign}`));
  });
};

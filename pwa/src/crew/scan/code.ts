/** What a scanned or typed text says: the code of a sign of ours. */

const LOOKS_LIKE_ONE = /^[0-9A-Z]{4,12}$/;

/** Read as kindly as the server does: no small letters, and O and I for what they are mistaken for. */
export function codeOf(text: string): string | null {
  const [, path] = /\/s\/([^/?#]+)/i.exec(text) ?? [];
  // An address that leads elsewhere, or the password of a network, is no sign of ours.
  if (!path && !/^[\w\s-]+$/.test(text)) return null;
  const code = decodeURIComponent(path ?? text).toUpperCase().replace(/[^0-9A-Z]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return LOOKS_LIKE_ONE.test(code) ? code : null;
}

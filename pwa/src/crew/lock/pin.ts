/** A PIN as the tablet checks it without network: only what it makes of the digits is kept. */

export interface Verifier {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly hash: Uint8Array<ArrayBuffer>;
}

export const DIGITS = 6;
export const TRIES = 5;
/** OWASP's count for PBKDF2 with SHA-256. */
const ROUNDS = 600_000;

async function stretch(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, key, 256));
}

/** Null on plain http, where browsers offer no such arithmetic; the server then checks the PIN alone. */
export async function verifierOf(pin: string): Promise<Verifier | null> {
  if (!('subtle' in crypto)) return null;
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt, hash: await stretch(pin, salt) };
}

export async function fits(pin: string, { salt, hash }: Verifier): Promise<boolean> {
  const made = await stretch(pin, salt);
  return made.every((byte, at) => byte === hash[at]);
}

/** Hardly any different digits, a run, or the same half twice: what is tried first by whoever finds a tablet. */
export function isObvious(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = new Set(digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10));
  const isRun = steps.size === 1 && [0, 1, 9].includes([...steps][0] ?? NaN);
  return isRun || new Set(digits).size < 3 || /^(\d{3})\1$/.test(pin);
}

export const isPin = (text: string): boolean => new RegExp(`^\\d{${String(DIGITS)}}$`).test(text);

/** An idle tablet on a bench is anybody's. */
export const IDLE_MS = 15 * 60_000;

export function isIdle(active_at: number, now: number): boolean {
  // A clock that was set back must not keep a tablet open for a year.
  return now - active_at > IDLE_MS || active_at - now > IDLE_MS;
}

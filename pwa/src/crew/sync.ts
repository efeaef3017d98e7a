/** Keeps the worklist in step with the server: asked for with its tag, so that "nothing new" costs almost nothing. */
import type { Read } from './api.ts';
import { readGround, readWorklist } from './api.ts';
import { become, endHere, seeSignedOut, sendLocks } from './lock/session.ts';
import { keepPictures } from './pictures.ts';
import { get, language, set } from './state.ts';
import type { Kept, Owner } from './store.ts';
import { groundOf, inStore, worklistOf } from './store.ts';
import type { Ground, Worklist } from './types.ts';

export const EVERY_MS = 60_000;
/** Categories and templates change a few times a year. */
const GROUND_EVERY_MS = 3_600_000;

let tags = { person: 0, worklist: '', ground: '', lang: '', ground_at: 0 };

/** Shows what the tablet has kept for a person. */
export async function recall(person: number): Promise<void> {
  const [worklist, ground] = await inStore('readonly', (store) =>
    Promise.all([store.get('kept', worklistOf(person)), store.get('kept', groundOf(person))]),
  );
  tags = { person, worklist: worklist?.etag ?? '', ground: ground?.etag ?? '', lang: '', ground_at: 0 };
  set({ worklist: (worklist?.content ?? null) as Worklist | null, ground: (ground?.content ?? null) as Ground | null });
}

/** Nothing is kept of somebody who has signed out while it was on its way. */
const keep = (person: number, row: Kept): Promise<void> =>
  inStore('readwrite', async (store) => {
    if (await store.get('people', person)) store.put('kept', row);
  });

/** Whether the server has answered; what it said of the session is seen to. */
async function see({ kind, ...rest }: Read<unknown>): Promise<boolean> {
  if (kind === 'none' || kind === 'missing') set({ link: 'offline' });
  if (kind === 'not_allowed') await endHere();
  if (kind === 'signed_out') await seeSignedOut((rest as { gone?: readonly number[] }).gone);
  return kind === 'new' || kind === 'same';
}

/** An answer to who had the tablet before tells nothing of who has it now, and must not bring them back. */
const hasChangedHands = (asker: Owner | null): boolean => asker?.id !== get().owner?.id;

async function syncWorklist(lang: string): Promise<boolean> {
  const { owner } = get();
  const known = tags.person === owner?.id && get().worklist ? tags.worklist : '';
  const answer = await readWorklist(lang, known);
  if (hasChangedHands(owner) || !(await see(answer))) return false;
  if (answer.kind === 'new') {
    const { content, etag } = answer;
    if (content.me.id !== owner?.id) await become(content.me);
    await keep(content.me.id, { id: worklistOf(content.me.id), etag, content });
    tags = { ...tags, person: content.me.id, worklist: etag };
    set({ worklist: content });
  }
  // Pictures that were asked for meanwhile may have found no answer.
  if (get().link !== 'online') looked_after = false;
  set({ link: 'online', synced_at: Date.now(), was_ended: false });
  return answer.kind === 'new';
}

async function syncGround(lang: string): Promise<boolean> {
  const { owner, ground } = get();
  if (!owner || (ground && tags.lang === lang && Date.now() - tags.ground_at < GROUND_EVERY_MS)) return false;
  const answer = await readGround(lang, ground && tags.lang === lang ? tags.ground : '');
  if (hasChangedHands(owner) || !(await see(answer))) return false;
  if (answer.kind === 'new') {
    await keep(owner.id, { id: groundOf(owner.id), etag: answer.etag, content: answer.content });
    set({ ground: answer.content });
  }
  tags = { ...tags, ground: answer.kind === 'new' ? answer.etag : tags.ground, lang, ground_at: Date.now() };
  return answer.kind === 'new';
}

let asking: Promise<void> | undefined;
/** Whether pictures were looked after since the server was met. */
let looked_after = false;

async function run(): Promise<void> {
  const lang = language();
  // Else the server's answer might be that of who had the tablet before.
  await sendLocks();
  const hasNew = await syncWorklist(lang);
  if (get().link !== 'online') return;
  const hasGround = await syncGround(lang);
  const { owner, worklist, ground } = get();
  if (owner && worklist && (hasNew || hasGround || !looked_after)) {
    looked_after = true;
    void keepPictures(owner.id, worklist, ground);
  }
}

/** Asks once more where somebody else got the tablet meanwhile. */
async function runForWhoHasIt(): Promise<void> {
  const { owner } = get();
  await run();
  if (owner && hasChangedHands(owner)) await runForWhoHasIt();
}

export function sync(): Promise<void> {
  asking ??= runForWhoHasIt().finally(() => {
    asking = undefined;
  });
  return asking;
}

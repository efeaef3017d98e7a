/**
 * Keeps a report on the phone the moment Send is tapped, and sends it from there. Where the phone cannot keep it, the
 * form goes its native way; so a report can be sent whatever fails here.
 */
import type { Island } from '../islands.ts';
import type { Fault, Values } from '../offline/report.ts';
import { faultsOf, itemOf, payloadOf } from '../offline/report.ts';
import type { News } from '../offline/sender.ts';
import { CHANNEL } from '../offline/sender.ts';
import { original, shrink, shrunk } from '../offline/shrink.ts';
import type { Item, PhotoBytes, Refusal, WaitingPhoto } from '../offline/store.ts';
import { inStore, newId, openStore } from '../offline/store.ts';
import { askForSync, sendWaiting } from './waiting.ts';

/** So long a photo that is still being made small may hold back; then the original goes. */
const SHRINKING_MS = 10_000;
const PHONE = /^\+?[0-9]{5,15}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What the form says by itself: sentences, and the HTML of the panel that takes its place. */
type Texts = Readonly<Record<'panel' | 'title' | 'category' | 'where' | 'yes_no' | 'life' | 'seen' | 'answer' | 'email' | 'phone', string>>;

async function fetchTexts(): Promise<Texts> {
  const answer = await fetch(`/form-texts?lang=${document.documentElement.lang}`);
  const texts = (await answer.json()) as Texts;
  if (!texts.panel) throw new Error('no texts');
  return texts;
}

/** What describes a field besides the fault that stands at it. */
function hintsOf(field: Element): string[] {
  return (field.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && !id.endsWith('-fault'));
}

function describe(field: Element, ids: readonly string[]): void {
  if (ids.length) field.setAttribute('aria-describedby', ids.join(' '));
  else field.removeAttribute('aria-describedby');
}

let started: Promise<unknown> = Promise.resolve();

/** Settles when the form is ours, or has been left to the browser. */
export const formStarted = (): Promise<unknown> => started;

/** What went the form's native way has arrived once its receipt is shown; then no draft of this tab is needed any more. */
export function forgetSent(): void {
  if (!location.search.includes('sent=1')) return;
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith('draft:')) sessionStorage.removeItem(name);
  } catch {
    // A forbidden storage holds no draft.
  }
}

export const reportForm: Island = (root) => {
  started = Promise.all([fetchTexts(), openStore()]).then(
    ([texts]) => start(root as HTMLFormElement, texts),
    () => {
      // No store or no texts: the form stays a native one.
    },
  );
};

async function start(form: HTMLFormElement, say: Texts): Promise<void> {
  const shared = form.dataset['channel'] === 'kiosk';
  const page = location.pathname + location.search;
  const draftName = `draft:${location.pathname}${new URLSearchParams(location.search).get('place') ?? ''}`;

  let busy = false;
  /** The refused report that this form now corrects. */
  let corrected: string | null = null;
  let panel: HTMLElement | undefined;
  let shown: Item | undefined;

  const values = (): Values =>
    [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  const files = (): readonly File[] => [...(form.querySelector<HTMLInputElement>('input[type="file"]')?.files ?? [])];
  const controls = (name: string): readonly Control[] => [...form.querySelectorAll<Control>(`[name="${CSS.escape(name)}"]`)];
  const changed = (): void => {
    form.dispatchEvent(new Event('change', { bubbles: true }));
  };

  // ---- What was typed survives a phone that ends the tab while its camera is open.

  const fill = (pairs: Values): void => {
    for (const [name, value] of pairs) {
      if (['id', 'language', 'opened_at', 'asked'].includes(name)) continue;
      for (const control of controls(name)) {
        if (control instanceof HTMLInputElement && /radio|checkbox/.test(control.type)) {
          if (control.value === value) control.checked = true;
          else continue;
        } else if (!(control instanceof HTMLInputElement) || control.type !== 'file') control.value = value;
        // Fields that are asked only after others wait for those; and what is filled in is not folded away.
        if (value && (control as HTMLInputElement).type !== 'hidden') control.closest('details')?.setAttribute('open', '');
      }
      if (name === 'category') changed();
    }
    changed();
  };

  const draft = (): void => {
    if (shared || busy) return;
    try {
      sessionStorage.setItem(draftName, JSON.stringify({ values: values(), corrected }));
    } catch {
      // A full or forbidden storage only costs the draft.
    }
  };

  const takeDraft = (): { values: Values; corrected: string | null } | undefined => {
    try {
      const kept = sessionStorage.getItem(draftName);
      return kept ? (JSON.parse(kept) as { values: Values; corrected: string | null }) : undefined;
    } catch {
      return undefined;
    }
  };

  const forgetDraft = (): void => {
    try {
      sessionStorage.removeItem(draftName);
    } catch {
      // As above: then there is none.
    }
  };

  const takePhotos = async (id: string): Promise<void> => {
    const input = form.querySelector<HTMLInputElement>('input[type="file"]');
    const kept = await inStore('readonly', async (store) => {
      const item = await store.get('outbox', id);
      return Promise.all((item?.photos ?? []).map(async ({ id, type }) => [type, (await store.get('photos', id))?.bytes] as const));
    });
    if (!input) return;
    const transfer = new DataTransfer();
    kept.forEach(([type, bytes], index) => {
      if (bytes) transfer.items.add(new File([bytes], `${String(index + 1)}.jpg`, { type }));
    });
    input.files = transfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };

  // ---- What can be told without asking the server.

  const faults = (): Fault[] => {
    const found: Fault[] = [];
    const now = new Map(values());
    const text = (name: string): string => now.get(name)?.trim() ?? '';
    const missing = (name: string, sentence: string): void => {
      found.push([name, sentence]);
    };
    if (!['sign_code', 'place', 'address'].some(text) && !(text('lat') && text('lon'))) missing('address', say.where);
    if (!text('category')) missing('category', say.category);
    const danger = form.querySelector<HTMLFieldSetElement>('[data-gate-question]');
    if (danger && !danger.disabled && !text('answers-danger')) missing('answers-danger', say.yes_no);
    const warned = form.querySelector('[data-gate-panel][data-shown]');
    if (warned && !text('danger_seen')) missing('danger_seen', warned.querySelector('[data-gate-lives][data-shown]') ? say.life : say.seen);
    for (const question of form.querySelectorAll<HTMLFieldSetElement>('fieldset[data-required]:enabled')) {
      const name = `answers-${question.dataset['question'] ?? ''}`;
      if (!text(name)) missing(question.querySelector(`[name="${name}"]`)?.id ?? name, say.answer);
    }
    if (text('email') && !EMAIL.test(text('email'))) missing('email', say.email);
    if (text('phone') && !PHONE.test(text('phone').replace(/[ ()-]/g, ''))) missing('phone', say.phone);
    return found;
  };

  const clearFaults = (): void => {
    for (const old of document.querySelectorAll('[data-fault], .ds-error-summary')) old.remove();
    for (const field of form.querySelectorAll('[aria-invalid]')) {
      field.removeAttribute('aria-invalid');
      describe(field, hintsOf(field));
    }
  };

  const showFaults = (found: readonly Fault[]): void => {
    clearFaults();
    const summary = document.createElement('div');
    summary.className = 'ds-error-summary';
    summary.tabIndex = -1;
    summary.role = 'group';
    const title = document.createElement('h2');
    title.textContent = say.title;
    title.id = 'faults';
    summary.setAttribute('aria-labelledby', title.id);
    const list = document.createElement('ul');
    summary.append(title, list);
    for (const [name, sentence] of found) {
      const line = document.createElement('li');
      const field = document.getElementById(name) ?? form.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]:enabled:not([type="hidden"])`);
      if (field && form.contains(field)) {
        field.id ||= name;
        field.closest('details')?.setAttribute('open', '');
        const link = document.createElement('a');
        link.href = `#${field.id}`;
        link.textContent = sentence;
        line.append(link);
        const message = document.createElement('p');
        message.className = 'ds-validation-message';
        message.dataset['fault'] = '';
        message.id = `${field.id}-fault`;
        message.textContent = sentence;
        const single = field.closest('.ds-field');
        if (single) field.before(message);
        else field.closest('fieldset')?.querySelector('legend')?.after(message);
        field.setAttribute('aria-invalid', 'true');
        describe(field, [message.id, ...hintsOf(field)]);
      } else line.textContent = sentence;
      list.append(line);
    }
    document.querySelector('main')?.prepend(summary);
    summary.focus();
  };

  // ---- What waits, and what becomes of it.

  const summary = (): Item['summary'] => {
    const tile = form.querySelector<HTMLInputElement>('[name="category"]:checked')?.closest('label');
    const place = form.querySelector<HTMLSelectElement>('select[name="place"]')?.selectedOptions[0];
    const text = (name: string): string | undefined => new Map(values()).get(name);
    return {
      category: tile?.textContent.trim() ?? '',
      where: form.dataset['where'] ?? [place?.value && place.text, text('address'), text('sign_code')].find(Boolean) ?? '',
    };
  };

  const state = (name: string): void => {
    for (const part of panel?.querySelectorAll<HTMLElement>('[data-when]') ?? []) {
      part.hidden = !(part.dataset['when'] ?? '').split(' ').includes(name);
    }
  };

  const goOn = ({ path, left_out }: NonNullable<Item['receipt']>, language: string): void => {
    const unreadable = left_out.length ? `&unreadable=${String(left_out.length)}` : '';
    location.assign(`${path}&sent=1${unreadable}&lang=${language}`);
  };

  const showRefusal = (refusal: Refusal): void => {
    // A sign or place that the server does not know, and nobody sees here, gives way to what is told in words.
    const where = controls('address')[0]?.closest('fieldset');
    if (where && (refusal.fields['sign'] || refusal.fields['place'])) {
      for (const field of ['sign_code', 'place'].flatMap(controls)) if (field.type === 'hidden') field.remove();
      where.hidden = where.disabled = false;
    }
    showFaults(faultsOf(refusal));
  };

  const reopen = (item: Item, refusal: Refusal): void => {
    corrected = item.id;
    panel?.remove();
    panel = undefined;
    form.hidden = false;
    busy = false;
    fill(JSON.parse(item.draft) as Values);
    void takePhotos(item.id);
    showRefusal(refusal);
  };

  const follow = (news: News): void => {
    if (!panel || shown?.id !== news.id) return;
    if (news.refusal) {
      reopen(shown, news.refusal);
    } else if (news.receipt) {
      // Also when the receipt's page comes next: that page may need its time, or not come at all.
      const number = panel.querySelector('[data-number]');
      if (number) {
        number.setAttribute('data-report-number', '');
        number.textContent = news.receipt.number;
      }
      const done = panel.querySelector('[data-progress]');
      if (done) done.textContent = `${String(shown.photos.length - news.photos_left)} / ${String(shown.photos.length)}`;
      state(news.problem ? 'stuck' : 'received');
      if (!news.photos_left) goOn(news.receipt, shown.language);
    } else state(news.problem === 'later' ? 'later' : 'waiting');
  };

  const freshForm = (): void => {
    form.reset();
    // What a script has put into hidden fields survives a reset.
    for (const field of ['lat', 'lon', 'accuracy_m'].flatMap(controls)) field.value = '';
    changed();
    for (const one of form.querySelectorAll('details[open]')) one.removeAttribute('open');
  };

  const showPanel = (item: Item): void => {
    shown = item;
    const template = document.createElement('template');
    template.innerHTML = say.panel.trim();
    const made = template.content.firstElementChild as HTMLElement;
    panel = made;
    for (const part of made.querySelectorAll<HTMLElement>('[data-sync]')) {
      part.hidden = (part.dataset['sync'] === 'yes') !== ('SyncManager' in window);
    }
    state(navigator.onLine ? 'sending' : 'waiting');
    clearFaults();
    form.before(made);
    form.hidden = true;
    made.focus();
    made.scrollIntoView({ block: 'nearest' });
    // The way back leads to an empty form, so that a second report is never taken for the first.
    freshForm();
  };

  // ---- Send.

  const pictures = async (): Promise<{ photos: WaitingPhoto[]; bytes: PhotoBytes[]; late: [File, string][] }> => {
    const taken = { photos: [] as WaitingPhoto[], bytes: [] as PhotoBytes[], late: [] as [File, string][] };
    for (const file of files()) {
      const small = shrunk(file);
      // Some phones take a picked file back. The report goes without it, and its receipt says so.
      const read = small ?? (await original(file).catch(() => undefined));
      const id = newId();
      const late = read && !small;
      if (late) taken.late.push([file, id]);
      taken.photos.push({ id, type: read?.type ?? file.type, tried: false, attempts: 0, not_before: late ? Date.now() + SHRINKING_MS : 0 });
      if (read) taken.bytes.push({ id, bytes: read.bytes });
    }
    return taken;
  };

  /** The small picture takes the original's place, unless the server may have seen that already. */
  const replaceOriginal = async (item: string, file: File, photo: string): Promise<void> => {
    const { bytes, type } = await shrink(file);
    await inStore('readwrite', async (store) => {
      const current = await store.get('outbox', item);
      if (!current?.photos.some((one) => one.id === photo && !one.tried)) return;
      store.put('photos', { id: photo, bytes });
      store.put('outbox', {
        ...current,
        photos: current.photos.map((one) => (one.id === photo ? { ...one, type, not_before: 0 } : one)),
      });
    });
    await sendWaiting();
  };

  const keep = async (): Promise<{ item: Item; late: [File, string][] }> => {
    const all = values();
    const created_at = new Date().toISOString();
    const several = new Set([...form.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')].map(({ name }) => name));
    const channel = form.dataset['channel'] ?? 'web';
    const opened_seconds = Math.round(performance.now() / 1000);
    const base = itemOf({
      id: newId(),
      payload: payloadOf({ values: all, several, channel, opened_seconds, created_at }),
      summary: summary(),
      created_at,
      language: document.documentElement.lang,
      page,
      values: all,
      shared,
    });
    const { photos, bytes, late } = await pictures();
    const item = { ...base, photos };
    await inStore('readwrite', async (store) => {
      const old = corrected === null ? undefined : await store.get('outbox', corrected);
      if (old?.refusal) store.discard(old);
      for (const one of bytes) store.put('photos', one);
      store.put('outbox', item);
    });
    return { item, late };
  };

  const submit = async (): Promise<void> => {
    let kept;
    try {
      kept = await keep();
    } catch {
      // The phone cannot keep it: the native form can still send it. A new id, so that it is a report of its own.
      for (const id of controls('id')) id.value = newId();
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    forgetDraft();
    corrected = null;
    showPanel(kept.item);
    void sendWaiting();
    void askForSync().catch(() => undefined);
    for (const [file, photo] of kept.late) void replaceOriginal(kept.item.id, file, photo).catch(() => undefined);
    void (navigator as Partial<Navigator>).storage?.persist().catch(() => undefined);
  };

  form.addEventListener('submit', (event) => {
    const changes = event.submitter?.getAttribute('name');
    // Photos of a refused try wait on the server, and only the server can go back a step. What goes natively, goes on so.
    if (changes || form.dataset['native'] === '' || form.querySelector('[name="kept_photo"]')) return;
    event.preventDefault();
    if (busy) return;
    const found = faults();
    if (found.length) {
      showFaults(found);
      return;
    }
    busy = true;
    void submit();
  });

  form.addEventListener('input', draft);
  form.addEventListener('change', () => {
    draft();
    for (const file of files()) void shrink(file).catch(() => undefined);
  });
  // The camera opens over the page, and a phone short of memory then ends it.
  document.addEventListener('visibilitychange', draft);
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    panel?.remove();
    panel = shown = undefined;
    form.hidden = busy = false;
    delete form.dataset['native'];
  });

  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }: MessageEvent<News | string>) => {
    if (typeof data === 'object') follow(data);
  });

  const kept = takeDraft();
  if (kept && !document.querySelector('.ds-error-summary')) {
    corrected = kept.corrected;
    fill(kept.values);
    // Its words were typed on a page before this one, so how long this one is open tells nothing.
    if (new Map(kept.values).get('description')) controls('opened_at')[0]?.remove();
  } else draft();
  if (corrected === null) return;
  const id = corrected;
  const item = await inStore('readonly', (store) => store.get('outbox', id));
  if (!item?.refusal) return;
  await takePhotos(id);
  showRefusal(item.refusal);
}

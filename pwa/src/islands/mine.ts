/** “My reports”: what waits on this device and what has been received from it, without any account. */
import type { Island } from '../islands.ts';
import { CHANNEL, tell } from '../offline/sender.ts';
import type { Item, Receipt } from '../offline/store.ts';
import { inStore } from '../offline/store.ts';

type Row = HTMLElement;

function part(row: ParentNode, name: string): HTMLElement {
  const found = row.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (!found) throw new Error(`no part ${name}`);
  return found;
}

/** Where the form is that a refused report can be put right in: without a network it is shown at any address. */
function pageToCorrect({ page, payload, refusal }: Item): string {
  const refused = refusal?.fields ?? {};
  if (/^\/(s\/|report)/i.test(page) && !('sign' in refused || 'place' in refused)) return page;
  const { place } = JSON.parse(payload) as { readonly place: number | null };
  return place === null || 'place' in refused ? '/report' : `/report?place=${String(place)}`;
}

export const mine: Island = (root) => {
  const waiting = part(root, 'waiting');
  const received = part(root, 'received');
  const nothing = part(root, 'nothing');
  const broken = part(root, 'broken');
  const said = part(root, 'said');
  const everything = part(root, 'everything');
  const language = document.documentElement.lang;
  const date = (iso: string): string =>
    // Browsers know no nynorsk; its dates read like those of bokmål where only numbers are shown.
    new Date(iso).toLocaleString(language === 'nn' ? ['nn', 'nb'] : language, { dateStyle: 'short', timeStyle: 'short', timeZone: 'Europe/Oslo' });

  const copy = (name: string): Row => {
    const template = root.querySelector<HTMLTemplateElement>(`template[data-row="${name}"]`);
    return template?.content.firstElementChild?.cloneNode(true) as Row;
  };

  /** What is taken away can be put back for as long as the page stays open. */
  const takeAway = async (away: () => Promise<() => Promise<unknown>>): Promise<void> => {
    const putBack = await away();
    await show();
    const undo = copy('undo');
    said.replaceChildren(undo);
    const button = part(undo, 'undo');
    button.addEventListener('click', () => {
      void putBack().then(async () => {
        said.replaceChildren();
        await show();
        tell('changed');
        tell('send');
      });
    });
    button.focus();
    tell('changed');
  };

  const throwAway = (id: string) => async (): Promise<() => Promise<void>> =>
    inStore('readwrite', async (store) => {
      const item = await store.get('outbox', id);
      const photos = await Promise.all((item?.photos ?? []).map((photo) => store.get('photos', photo.id)));
      if (item) store.discard(item);
      return () =>
        inStore('readwrite', (again) => {
          if (item) again.put('outbox', item);
          for (const photo of photos) if (photo) again.put('photos', photo);
        });
    });

  const forget = (receipts: readonly Receipt[]) => async (): Promise<() => Promise<void>> => {
    await inStore('readwrite', (store) => {
      for (const receipt of receipts) store.delete('mine', receipt.id);
    });
    return () =>
      inStore('readwrite', (store) => {
        for (const receipt of receipts) store.put('mine', receipt);
      });
  };

  const sendNow = async (id: string): Promise<void> => {
    await inStore('readwrite', async (store) => {
      const item = await store.get('outbox', id);
      if (item) store.put('outbox', { ...item, not_before: 0, photos: item.photos.map((photo) => ({ ...photo, not_before: 0 })) });
    });
    tell('send');
  };

  const openAgain = (item: Item): void => {
    const page = new URL(pageToCorrect(item), location.origin);
    page.searchParams.set('lang', language);
    const values: unknown = JSON.parse(item.draft);
    const draft = `draft:${page.pathname}${page.searchParams.get('place') ?? ''}`;
    sessionStorage.setItem(draft, JSON.stringify({ values, corrected: item.id }));
    location.assign(page);
  };

  const describe = (row: Row, { category, where }: Receipt['summary'], at: string): void => {
    part(row, 'category').textContent = category || (root.dataset['unnamed'] ?? '');
    part(row, 'where').textContent = where;
    part(row, 'at').textContent = date(at);
  };

  const waitingRow = (item: Item): Row => {
    const row = copy('waiting');
    row.dataset['id'] = item.id;
    describe(row, item.summary, item.created_at);
    const { refusal, receipt } = item;
    part(row, 'refused').hidden = !refusal;
    part(row, 'reason').textContent = refusal?.message ?? '';
    part(row, 'photos').hidden = !receipt;
    part(row, 'still').hidden = Boolean(refusal ?? receipt);
    const again = part(row, 'again');
    again.hidden = !refusal || item.kind !== 'report';
    again.addEventListener('click', () => {
      openAgain(item);
    });
    const now = part(row, 'now');
    now.hidden = Boolean(refusal);
    now.addEventListener('click', () => void sendNow(item.id));
    part(row, 'away').addEventListener('click', () => void takeAway(throwAway(item.id)));
    return row;
  };

  const receivedRow = (receipt: Receipt): Row => {
    const row = copy('received');
    row.dataset['id'] = receipt.id;
    describe(row, receipt.summary, receipt.at);
    const link = part(row, 'category') as HTMLAnchorElement;
    const url = new URL(receipt.path, location.origin);
    url.searchParams.set('lang', language);
    link.href = url.pathname + url.search;
    part(row, 'number').textContent = receipt.number;
    const [first] = receipt.left_out;
    const left = part(row, 'left-out');
    left.hidden = !first;
    left.append(first ?? '');
    part(row, 'forget').addEventListener('click', () => void takeAway(forget([receipt])));
    return row;
  };

  const newestFirst = (a: string, b: string): number => b.localeCompare(a);

  const show = async (): Promise<void> => {
    const [items, receipts] = await inStore('readonly', (store) => Promise.all([store.all('outbox'), store.all('mine')]));
    const own = items.filter((item) => !item.shared).sort((a, b) => newestFirst(a.created_at, b.created_at));
    receipts.sort((a, b) => newestFirst(a.at, b.at));
    const focused = document.activeElement as HTMLElement | null;
    const row = focused?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    part(waiting, 'list').replaceChildren(...own.map(waitingRow));
    part(received, 'list').replaceChildren(...receipts.map(receivedRow));
    // The rows are new ones; whoever stood on a button stands on the same one again.
    if (row) root.querySelector<HTMLElement>(`[data-id="${row}"] [data-part="${focused.dataset['part'] ?? ''}"]`)?.focus();
    waiting.hidden = own.length === 0;
    received.hidden = receipts.length === 0;
    nothing.hidden = own.length + receipts.length > 0;
    everything.onclick = () => void takeAway(forget(receipts));
  };

  const refresh = (): void => {
    show().then(
      () => {
        broken.hidden = true;
      },
      () => {
        broken.hidden = false;
      },
    );
  };

  for (const one of root.querySelectorAll<HTMLElement>('[data-sync]')) {
    one.hidden = (one.dataset['sync'] === 'yes') !== ('SyncManager' in window);
  }
  new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }) => {
    if (data !== 'send') refresh();
  });
  refresh();
};

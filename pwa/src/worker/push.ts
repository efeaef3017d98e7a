/** Shows what the server pushes, opens its page on a tap, and sends the answer that is given by a button of it. */
import { scope } from './scope.ts';

interface Message {
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly tag: string;
  readonly lang: string;
  /** Where an answer goes, with the buttons that give it and what is said after a yes. */
  readonly answerTo?: string;
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
  readonly thanks?: string;
}

const ICON = '/icons/icon-192.png';

async function show(message: Message): Promise<void> {
  const { title, body, tag, lang, actions } = message;
  // TypeScript's own list of options leaves the buttons out, since not every browser has them.
  const options: NotificationOptions & { actions?: Message['actions'] } = { body, tag, lang, data: message, icon: ICON };
  if (actions) options.actions = actions;
  await scope.registration.showNotification(title, options);
}

async function open(address: string): Promise<void> {
  const url = new URL(address, location.origin);
  // Only pages of ours are opened, whatever a message says.
  if (url.origin !== location.origin) return;
  const pages = await scope.clients.matchAll({ type: 'window' });
  const shown = pages.find((page) => page.url === url.href);
  if (shown) await shown.focus();
  else await scope.clients.openWindow(url.href);
}

/** A yes is sent at once. A no opens the page that asks what is wrong, and so does a yes that does not get through. */
async function answer({ answerTo = '', thanks = '', tag, lang }: Message, said: string): Promise<void> {
  const url = new URL(answerTo, location.origin);
  if (said === 'yes' && url.origin === location.origin) {
    const body = new URLSearchParams({ answer: said });
    const sent = await fetch(url, { method: 'POST', body }).then((response) => response.ok, () => false);
    if (sent) {
      await scope.registration.showNotification(thanks, { tag, lang, data: { url: answerTo }, icon: ICON });
      return;
    }
  }
  url.searchParams.set('answer', said);
  await open(url.href);
}

scope.addEventListener('push', (event) => {
  if (event.data) event.waitUntil(show(event.data.json() as Message));
});

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const message = event.notification.data as Message;
  event.waitUntil(event.action ? answer(message, event.action) : open(message.url));
});

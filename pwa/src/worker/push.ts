/** Shows what the server pushes, and opens its page on a tap. */
import { scope } from './scope.ts';


interface Message {
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly tag: string;
  readonly lang: string;
}

async function show({ title, body, url, tag, lang }: Message): Promise<void> {
  await scope.registration.showNotification(title, { body, tag, lang, data: url, icon: '/icons/icon-192.png' });
}

async function open(address: unknown): Promise<void> {
  const url = new URL(String(address), location.origin);
  // Only pages of ours are opened, whatever a message says.
  if (url.origin !== location.origin) return;
  const pages = await scope.clients.matchAll({ type: 'window' });
  const shown = pages.find((page) => page.url === url.href);
  if (shown) await shown.focus();
  else await scope.clients.openWindow(url.href);
}

scope.addEventListener('push', (event) => {
  if (event.data) event.waitUntil(show(event.data.json() as Message));
});

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

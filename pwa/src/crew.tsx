/** The crew's app. It takes the page over where it can keep things, and leaves the server's page as it is where it cannot. */
import type { JSX } from 'preact';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Bar, Notices } from './crew/bar.tsx';
import { LockScreen } from './crew/lock/screen.tsx';
import { Me } from './crew/lock/me.tsx';
import { NewFault } from './crew/new/page.tsx';
import { ReportPage } from './crew/report/page.tsx';
import type { Screen } from './crew/router.ts';
import { followLinks, useScreen } from './crew/router.ts';
import { Scan } from './crew/scan/page.tsx';
import { recallAll, startWork } from './crew/start.ts';
import type { State } from './crew/state.ts';
import { useApp } from './crew/state.ts';
import { Today } from './crew/today/page.tsx';
import { PlacePage } from './crew/today/place.tsx';
import { Route } from './crew/today/route.tsx';
import { Waiting } from './crew/waiting/page.tsx';
import { learnTexts, say } from './crew/words.ts';

function Shown({ app, screen }: { readonly app: State; readonly screen: Screen }): JSX.Element | null {
  switch (screen.name) {
    case 'today':
      return <Today app={app} />;
    case 'place':
      return <PlacePage key={screen.place} place={screen.place} app={app} />;
    case 'report':
      return <ReportPage number={screen.number} app={app} />;
    case 'new':
      return <NewFault key={`${screen.sign ?? ''} ${String(screen.place)}`} app={app} sign={screen.sign} place={screen.place} />;
    case 'scan':
      return <Scan app={app} />;
    case 'waiting':
      return <Waiting app={app} />;
    case 'route':
      return <Route app={app} />;
    case 'me':
      return <Me app={app} />;
  }
}

function App(): JSX.Element {
  const app = useApp();
  const screen = useScreen();
  useEffect(() => {
    startWork();
  }, []);
  const isShut = app.owner?.locked === true || (app.owner === null && app.link === 'signed_out') || (app.link === 'signed_out' && screen.name === 'me');
  if (isShut) return <LockScreen app={app} />;
  return (
    <>
      <a class="skip" href="#main">
        {say('skip')}
      </a>
      <Bar app={app} screen={screen} />
      <main id="main" tabIndex={-1}>
        <Notices app={app} screen={screen} />
        <div class="said-now" role="status">
          {app.said && <p>{app.said}</p>}
        </div>
        <Shown app={app} screen={screen} />
      </main>
    </>
  );
}

/** What the tablet keeps is read before anything is drawn, so that the first view is the list. */
async function begin(mount: HTMLElement): Promise<void> {
  learnTexts(document.getElementById('crew-texts')?.textContent ?? '{}');
  await recallAll();
  document.querySelectorAll('[data-without-app]').forEach((part) => {
    part.remove();
  });
  document.querySelectorAll<HTMLLinkElement>('link[data-with-app]').forEach((link) => {
    link.media = 'all';
  });
  document.documentElement.classList.add('crew');
  document.body.replaceChildren(mount);
  mount.hidden = false;
  followLinks();
  render(<App />, mount);
}

const mount = document.getElementById('crew-app');
/** A form that was refused is put right where it is, and whoever asks for plain pages gets them. */
const isPlain = 'posted' in document.documentElement.dataset || new URLSearchParams(location.search).has('plain');
// Private windows may keep nothing; the server's own page then stays, and says what happened by itself.
if (mount && !isPlain) void begin(mount).catch(() => undefined);

/** Without a sign: what is open at the chosen place, or around the chosen position, is fetched when it is chosen. */
interface OpenReport {
  readonly number: string;
  readonly category: string;
  readonly category_name: string;
  readonly status_name: string;
  readonly age: string;
  readonly distance_m: number | null;
  readonly url: string;
}

const root = document.querySelector<HTMLDetailsElement>('[data-island="already"]');
const form = document.querySelector<HTMLFormElement>('[data-report-form]');
const list = root?.querySelector('ul');
const template = root?.querySelector('template');

function line({ number, category, category_name, status_name, age, distance_m, url }: OpenReport): Node {
  const made = template?.content.cloneNode(true) as DocumentFragment;
  const { pathname, search } = new URL(url);
  const put = (selector: string, text: string): void => {
    const element = made.querySelector(selector);
    if (element) element.textContent = text;
  };
  made.querySelector('li')?.setAttribute('data-category', category);
  made.querySelector('a')?.setAttribute('href', pathname + search);
  put('a', category_name);
  put('.ds-tag', status_name);
  put('[data-age]', age);
  put('[data-distance]', distance_m === null ? '' : ` · ${String(distance_m)} m`);
  const button = made.querySelector('button');
  button?.setAttribute('formaction', `${pathname}/follow${search}`);
  button?.setAttribute('data-number', number);
  button?.setAttribute('aria-label', `${button.textContent}: ${category_name}, ${age}`);
  return made;
}

/** Where it is, as the API asks for it; empty as long as nobody has said. */
function where(values: FormData): string {
  const asked = new URLSearchParams();
  for (const name of values.get('place') ? ['place'] : ['lat', 'lon']) {
    const value = values.get(name);
    if (typeof value === 'string' && value) asked.set(name, value);
  }
  return asked.has('place') || asked.has('lon') ? asked.toString() : '';
}

let latest = '';

async function renew(): Promise<void> {
  if (!root || !form || !list) return;
  const asked = where(new FormData(form));
  if (asked === latest) return;
  latest = asked;
  let found: readonly OpenReport[] = [];
  try {
    const answer = asked ? await fetch(`/api/v1/open-reports?${asked}&lang=${document.documentElement.lang}`) : null;
    if (answer?.ok) found = ((await answer.json()) as { reports: OpenReport[] }).reports;
  } catch {
    // Without network nothing is compared; the desk finds doubles too.
  }
  if (asked !== latest) return;
  list.replaceChildren(...found.map(line));
  const count = root.querySelector('[data-total]');
  if (count) count.textContent = String(found.length);
  root.dispatchEvent(new Event('renew'));
}

// Below the question where it is, so that nothing moves under the finger.
if (root) form?.querySelector('[name="address"]')?.closest('fieldset')?.after(root);
form?.addEventListener('change', () => void renew());
void renew();

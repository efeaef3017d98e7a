/** What the server tells the crew (`/api/docs`), as this app relies on it. */

export interface Person {
  readonly id: number;
  readonly name: string;
}

export type Moment = 'before' | 'after';

export interface Photo {
  readonly id: string;
  readonly thumbnail: string;
  readonly medium: string;
  readonly by_staff: boolean;
  readonly moment: Moment | null;
  readonly released: boolean;
}

export interface Happening {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly words: string;
  readonly by: string | null;
  readonly public_text: string;
  readonly internal_text: string;
  readonly minutes: number | null;
}

export interface Report {
  readonly number: string;
  readonly version: number;
  readonly status: string;
  readonly urgent: boolean;
  /** The reporter says that it is dangerous. */
  readonly danger: boolean;
  readonly due_at: string;
  readonly received_at: string;
  readonly overdue: boolean;
  readonly category: string;
  readonly category_name: string;
  readonly unit: Person;
  readonly place: number | null;
  readonly place_name: string | null;
  readonly place_kind: string | null;
  readonly place_owner: string | null;
  readonly sign: string | null;
  readonly sign_label: string | null;
  readonly address: string;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly description: string;
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly assignee: Person | null;
  readonly followers: number;
  readonly photos: readonly Photo[];
  readonly events: readonly Happening[];
  readonly next: readonly string[];
}

export interface Worklist {
  readonly me: Person;
  readonly unit: Person | null;
  readonly made_at: string;
  readonly reports: readonly Report[];
  readonly more: boolean;
}

export interface Question {
  readonly code: string;
  readonly kind: 'string' | 'text' | 'number' | 'date' | 'one' | 'several';
  readonly label: string;
  readonly hint: string | null;
  readonly options: readonly (readonly [string, string])[];
  /** The question it hangs on, and the answers to that one, parted by spaces. */
  readonly when: string | null;
  readonly equals: string;
}

/** By the code of the question; `danger` is that of the emergency gate. */
export type Answers = Readonly<Record<string, string | readonly string[]>>;

export interface Category {
  readonly code: string;
  readonly name: string;
  readonly place_group: string | null;
  readonly synonyms: readonly string[];
  /** To life or health, or of serious damage. */
  readonly danger: 'D1' | 'D2' | null;
  /** Whether it is always dangerous, or a question tells. */
  readonly gate: 'always' | 'question' | null;
  readonly danger_question: string | null;
  readonly questions: readonly Question[];
}

export interface Template {
  readonly id: number;
  readonly category: string | null;
  readonly name: string;
  readonly texts: Readonly<Record<string, string>>;
}

export interface Place {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly lat: number | null;
  readonly lon: number | null;
}

/** What changes rarely. */
export interface Ground {
  readonly categories: readonly Category[];
  readonly statuses: Readonly<Record<string, string>>;
  /** A state as something to choose. */
  readonly steps: Readonly<Record<string, string>>;
  readonly transitions: Readonly<Record<string, readonly string[]>>;
  readonly templates: readonly Template[];
  readonly owners: readonly Person[];
  readonly kinds: readonly { readonly code: string; readonly name: string; readonly group: string | null; readonly first: readonly string[] }[];
  readonly places: readonly Place[];
  readonly signs: readonly { readonly code: string; readonly place: number; readonly label: string }[];
  readonly tiles: { readonly url: string; readonly min_zoom: number; readonly max_zoom: number };
}

export const CLOSED: readonly string[] = ['fixed', 'no_action', 'not_ours', 'duplicate'];

export const isClosed = (status: string): boolean => CLOSED.includes(status);

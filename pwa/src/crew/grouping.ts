/** Which reports of the worklist are shown, and in what order. */
import type { Shown } from './overlay.ts';
import type { Spot } from './route.ts';
import { metresBetween } from './route.ts';

export interface Filter {
  readonly words: string;
  readonly only: 'all' | 'urgent' | 'overdue' | 'mine' | 'waiting';
  readonly kind: string;
  readonly sort: 'urgency' | 'distance';
  readonly grouped: boolean;
}

export const EVERYTHING: Filter = { words: '', only: 'all', kind: '', sort: 'urgency', grouped: false };

export interface Row {
  readonly report: Shown;
  readonly metres: number | null;
}

export interface Group {
  readonly key: string;
  /** Null for the one group of an ungrouped list. */
  readonly place: string | null;
  readonly rows: readonly Row[];
}

const folded = (text: string): string => text.toLocaleLowerCase('nb');

function hasWords(report: Shown, words: string): boolean {
  const texts = [report.number, report.category_name, report.place_name, report.sign_label, report.sign, report.address, report.description];
  const all = folded(texts.filter(Boolean).join(' '));
  return folded(words).split(/\s+/).every((word) => all.includes(word));
}

export function distanceTo({ lat, lon }: { lat: number | null; lon: number | null }, here: Spot | null): number | null {
  return here && lat !== null && lon !== null ? metresBetween(here, { lat, lon }) : null;
}

function isAskedFor(report: Shown, { only, kind }: Filter, me: number): boolean {
  if (kind && report.place_kind !== kind) return false;
  switch (only) {
    case 'all':
      return true;
    case 'urgent':
      return report.urgent;
    case 'overdue':
      return report.overdue;
    case 'mine':
      return report.assignee?.id === me;
    case 'waiting':
      return report.waiting.length > 0;
  }
}

/** The server's order is that of urgency. Sorted by distance, what is urgent still comes first. */
export function rowsOf(reports: readonly Shown[], filter: Filter, here: Spot | null, me: number): Row[] {
  const asked = reports
    .filter((report) => isAskedFor(report, filter, me) && (!filter.words.trim() || hasWords(report, filter.words.trim())))
    .map((report) => ({ report, metres: distanceTo(report, here) }));
  if (filter.sort === 'urgency' || !here) return asked;
  const far = ({ metres }: Row): number => metres ?? Infinity;
  return asked.sort((a, b) => Number(b.report.urgent) - Number(a.report.urgent) || (far(a) < far(b) ? -1 : far(a) > far(b) ? 1 : 0));
}

const whereOf = (report: Shown | undefined): string => report?.place_name ?? report?.address ?? '';

/** Rows of one place together, the places in the order of their first row. */
export function groupsOf(rows: readonly Row[], grouped: boolean): Group[] {
  if (!grouped) return rows.length ? [{ key: 'all', place: null, rows }] : [];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = String(row.report.place ?? (row.report.address || row.report.number));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].map(([key, group]) => ({ key, place: whereOf(group[0]?.report), rows: group }));
}

/** Groups that follow each other and are small enough to be drawn as one. */
export interface Pack {
  readonly key: string;
  readonly groups: readonly [Group, ...Group[]];
  readonly size: number;
}

/** Puts neighbouring groups together, up to so many rows; a group that has more stands alone. */
export function packsOf(groups: readonly Group[], most: number): Pack[] {
  const packs: Pack[] = [];
  for (const group of groups) {
    const last = packs.at(-1);
    const size = group.rows.length;
    if (last && last.size + size <= most) packs[packs.length - 1] = { ...last, groups: [...last.groups, group], size: last.size + size };
    else packs.push({ key: group.key, groups: [group], size });
  }
  return packs;
}

export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_none, nth) => items.slice(nth * size, (nth + 1) * size));
}

/** Other reports that may be closed in the same go: open ones at the same place, the same kind of fault first. */
export function besides(report: Shown, all: readonly Shown[]): Shown[] {
  if (report.place === null) return [];
  const same = all.filter((one) => one.place === report.place && one.number !== report.number);
  return same.sort((a, b) => Number(b.category === report.category) - Number(a.category === report.category));
}

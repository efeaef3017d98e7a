/** The worklist as it will be once everything has been sent: what the crew has done shows at once. */
import type { Action, Sent } from './queue/action.ts';
import { wantedStatus } from './queue/action.ts';
import type { Report } from './types.ts';
import { isClosed } from './types.ts';

export interface Shown extends Report {
  /** What waits on this tablet, oldest first. */
  readonly waiting: readonly Action[];
}

export function byReport(actions: readonly Action[]): Map<string, Action[]> {
  const found = new Map<string, Action[]>();
  for (const action of actions) {
    if (action.report === null) continue;
    const waiting = found.get(action.report);
    if (waiting) waiting.push(action);
    else found.set(action.report, [action]);
  }
  for (const waiting of found.values()) waiting.sort((a, b) => a.created_at.localeCompare(b.created_at));
  return found;
}

/** A report with what this tablet knows beyond the server's last list. */
export function overlaid(report: Report, waiting: readonly Action[], sent: Sent | undefined): Shown {
  // Not its version: what others did before that is not on the list, and nobody here has seen it.
  const arrived = sent && sent.version > report.version ? { status: sent.status } : {};
  // A step that was refused or no longer fits has not happened.
  const steps = waiting.filter(({ refusal, conflict }) => !refusal && !conflict).map(wantedStatus);
  const status = steps.filter((step) => step !== null).at(-1);
  const now = { ...report, ...arrived, ...(status ? { status } : {}) };
  // The list may be hours old, and deadlines pass meanwhile.
  return { ...now, overdue: now.status !== 'waiting' && !isClosed(now.status) && Date.parse(report.due_at) < Date.now(), waiting };
}

export function overlayAll(reports: readonly Report[], actions: readonly Action[], sent: readonly Sent[]): Shown[] {
  const waiting = byReport(actions);
  const newest = new Map<string, Sent>();
  for (const one of sent) {
    const before = newest.get(one.number);
    if (!before || one.version > before.version) newest.set(one.number, one);
  }
  return reports.map((report) => overlaid(report, waiting.get(report.number) ?? [], newest.get(report.number)));
}

/** What still is to be done; a report whose closing was refused is. */
export const isToDo = ({ status }: Shown): boolean => !isClosed(status);

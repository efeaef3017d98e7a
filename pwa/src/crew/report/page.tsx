/** A report: what is known on one side, what can be done on the other. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { readReport } from '../api.ts';
import { besides } from '../grouping.ts';
import type { Shown } from '../overlay.ts';
import { isToDo, overlayAll, overlaid } from '../overlay.ts';
import { go, screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import type { Report } from '../types.ts';
import { Notice, Title } from '../ui.tsx';
import { say } from '../words.ts';
import { Line } from '../waiting/line.tsx';
import { Facts } from './facts.tsx';
import { Form } from './form.tsx';

/** One that is not on the list may be another unit's, or closed: it is asked for. */
function useOther(number: string, isListed: boolean): Report | null | undefined {
  const [found, find] = useState<Report | null | undefined>(undefined);
  useEffect(() => {
    find(undefined);
    if (isListed) return;
    void readReport(number, language()).then((answer) => {
      find(answer.kind === 'new' ? answer.content : null);
    });
  }, [number, isListed]);
  return found;
}

function useReport(number: string, app: State): { report: Shown | null | undefined; all: readonly Shown[] } {
  const all = useMemo(() => overlayAll(app.worklist?.reports ?? [], app.actions, app.sent), [app.worklist, app.actions, app.sent]);
  const listed = all.find((one) => one.number === number);
  const other = useOther(number, listed !== undefined);
  const waiting = app.actions.filter(({ report }) => report === number);
  return { report: listed ?? (other && overlaid(other, waiting, app.sent.find((one) => one.number === number))), all };
}

export function ReportPage({ number, app }: { readonly number: string; readonly app: State }): JSX.Element {
  const { report, all } = useReport(number, app);
  if (!report) {
    return (
      <>
        <Title eyebrow={say('report')}>{number}</Title>
        <p>{say(report === null ? 'not_here' : 'fetching')}</p>
      </>
    );
  }
  return (
    <>
      <p class="back">
        <a href={screenAddress('today')}>{say('back_to_list')}</a>
      </p>
      <div class="report" key={number}>
        <Facts report={report} app={app} />
        <div class="act-side">
          {report.waiting.length > 0 && (
            <Notice tone="waiting">
              <h2>{say('waiting_here')}</h2>
              <ul class="lines">
                {report.waiting.map((action) => (
                  <Line key={action.id} action={action} app={app} />
                ))}
              </ul>
            </Notice>
          )}
          <h2 class="hidden">{say('what_now')}</h2>
          <Form
            report={report}
            others={besides(report, all).filter(isToDo)}
            onDone={() => {
              go(screenAddress('today'));
            }}
          />
        </div>
      </div>
    </>
  );
}

/** Any sign, scanned or typed: what is open there, and a new fault at it. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AtSign } from '../api.ts';
import { readSign } from '../api.ts';
import { isToDo, overlayAll } from '../overlay.ts';
import { distanceTo } from '../grouping.ts';
import { screenAddress } from '../router.ts';
import type { State } from '../state.ts';
import { language } from '../state.ts';
import { Card } from '../today/list.tsx';
import { choosing, useChosen } from '../today/chosen.ts';
import { Field, Notice, Title } from '../ui.tsx';
import { count, say } from '../words.ts';
import { startReading } from './camera.ts';
import { codeOf } from './code.ts';

function Viewfinder({ onCode }: { readonly onCode: (code: string) => void }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let stop: (() => void) | undefined;
    let isGone = false;
    const begin = async (): Promise<void> => {
      if (!video.current) return;
      stop = await startReading(video.current, (text) => {
        const code = codeOf(text);
        if (code) onCode(code);
        else setProblem('not_a_sign');
      });
      if (isGone) stop();
    };
    begin().catch(() => {
      setProblem('no_camera');
    });
    return () => {
      isGone = true;
      stop?.();
    };
  }, []);
  return (
    <div class="viewfinder">
      <video ref={video} muted playsInline aria-label={say('viewfinder')} hidden={problem === 'no_camera'} />
      <p role="status">{problem ? say(problem) : say('hold_still')}</p>
    </div>
  );
}

/** Everything open at the sign's place, as the tablet knows it; the server adds what other units have there. */
function useAtSign(code: string, app: State): { place: number | null; reports: AtSign['reports']; isKnown: boolean } {
  const [answer, setAnswer] = useState<AtSign | null>(null);
  useEffect(() => {
    void readSign(code, language()).then((read) => {
      if (read.kind === 'new') setAnswer(read.content);
    });
  }, [code]);
  const sign = app.ground?.signs.find((one) => one.code === code);
  const own = (app.worklist?.reports ?? []).filter((one) => one.sign === code || (one.place !== null && one.place === sign?.place));
  const listed = new Set(own.map(({ number }) => number));
  const others = (answer?.reports ?? []).filter(({ number }) => !listed.has(number));
  return { place: sign?.place ?? null, reports: [...own, ...others], isKnown: sign !== undefined || answer !== null };
}

function AtTheSign({ code, app, onBack }: { readonly code: string; readonly app: State; readonly onBack: () => void }): JSX.Element {
  const { place, reports, isKnown } = useAtSign(code, app);
  const chosen = useChosen();
  const shown = useMemo(() => overlayAll(reports, app.actions, app.sent).filter(isToDo), [reports.length, app.actions, app.sent]);
  const sign = app.ground?.signs.find((one) => one.code === code);
  const name = app.ground?.places.find(({ id }) => id === place)?.name;
  return (
    <>
      <h2>{[name, sign?.label, code].filter(Boolean).join(' · ')}</h2>
      {!isKnown && (
        <Notice tone="warning">
          <p>{say('sign_unknown', { code })}</p>
        </Notice>
      )}
      {isKnown && <p>{shown.length === 0 ? say('nothing_at_sign') : count('open_one', 'open_many', shown.length)}</p>}
      <div class="cards" role="list">
        {shown.map((report, nth) => (
          <Card key={report.number} row={{ report, metres: distanceTo(report, app.here) }} chosen={chosen.has(report.number)} at={nth + 1} of={shown.length} />
        ))}
      </div>
      <div class="buttons">
        {isKnown && (
          <a class="button main" href={screenAddress(`new?sign=${code}`)}>
            {say('new_fault_here')}
          </a>
        )}
        <button type="button" onClick={onBack}>
          {say('scan_another')}
        </button>
        {chosen.size > 0 && (
          <button type="button" onClick={choosing.clear}>
            {say('clear')}
          </button>
        )}
      </div>
    </>
  );
}

export function Scan({ app }: { readonly app: State }): JSX.Element {
  const [code, setCode] = useState<string | null>(null);
  const [typed, type] = useState('');
  const [isWrong, setWrong] = useState(false);
  return (
    <div class="narrow">
      <Title>{say('scan_title')}</Title>
      {code ? (
        <AtTheSign
          code={code}
          app={app}
          onBack={() => {
            setCode(null);
          }}
        />
      ) : (
        <>
          <Viewfinder onCode={setCode} />
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              const read = codeOf(typed);
              setWrong(read === null);
              if (read) setCode(read);
            }}
          >
            <Field id="code" label={say('type_code')} error={isWrong ? say('not_a_code') : undefined}>
              <input
                id="code"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck={false}
                value={typed}
                aria-invalid={isWrong ? true : undefined}
                aria-describedby={isWrong ? 'code-error' : undefined}
                onInput={({ currentTarget }) => {
                  type(currentTarget.value);
                }}
              />
            </Field>
            <button class="main">{say('show_sign')}</button>
          </form>
        </>
      )}
    </div>
  );
}

/** A past session that another program has open: wait until it is closed there, go on in a copy, or here all the same. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LiveAsked, LiveSessions } from '../client/live-asked.ts';
import { strings } from '../strings.ts';
import { Ask } from './ask.tsx';
import { Icon } from './icon.tsx';
import { errorWords } from './words.ts';

export interface LiveChoiceProps {
  live: LiveSessions;
  asked: LiveAsked;
  /** The agent may make copies. */
  forks: boolean;
  disabled: boolean;
  onGo(choice: 'fork' | 'anyway'): void;
  onWait(): void;
}

export function LiveChoice({ live, asked, forks, disabled, onGo, onWait }: LiveChoiceProps) {
  const words = strings.agentSessions;
  const [sure, setSure] = useState(false);
  const section = useRef<HTMLElement>(null);
  const { error, waits } = asked;
  useLayoutEffect(() => {
    // What had the focus went with the step before.
    if (!sure) section.current?.querySelector<HTMLElement>('button')?.focus();
  }, [waits, sure]);
  return (
    <section ref={section} class="live-choice" aria-label={words.liveTitle} data-code={error.code}>
      <p class="said" role="status">
        <Icon name="warning" /> {errorWords(error).message}
      </p>
      {sure ? (
        <Ask
          question={words.anywayAsk}
          back={strings.phone.cancel}
          act={words.anyway}
          onBack={() => setSure(false)}
          onAct={() => onGo('anyway')}
        />
      ) : waits ? (
        <>
          <p class="in">{words.waiting}</p>
          <div class="row">
            <button type="button" class="b small" onClick={() => live.leave()}>
              {words.waitEnd}
            </button>
          </div>
        </>
      ) : (
        <div class="row">
          <button type="button" class="b small p" onClick={onWait}>
            {words.wait}
          </button>
          {forks && (
            <button type="button" class="b small" disabled={disabled} onClick={() => onGo('fork')}>
              {words.fork}
            </button>
          )}
          <button type="button" class="b small" disabled={disabled} onClick={() => setSure(true)}>
            {words.anyway}
          </button>
          <button type="button" class="b small quiet" onClick={() => live.leave()}>
            {strings.phone.cancel}
          </button>
        </div>
      )}
    </section>
  );
}

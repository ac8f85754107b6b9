/** The line above the composer: what waits, mode and model with the way to change them, what the session used. */
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import type { Transcript } from '../../transcript/items.ts';
import type { SessionClient } from '../client/session-client.ts';
import { locale } from '../locale.ts';
import { strings } from '../strings.ts';
import { controlsOf, summaryOf } from '../../transcript/controls.ts';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';

const ControlsPanel = late(async () => (await import('./on-demand.ts')).ControlsPanel);

export interface SessionChipsProps {
  session: SessionClient;
  transcript: Transcript;
  mayChange: boolean;
  /** Nothing can be changed any more: what was set is not shown either. */
  over: boolean;
}

export function SessionChips({ session, transcript, mayChange, over }: SessionChipsProps) {
  const { modes, configOptions, usage, queue } = transcript;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const controls = useMemo(
    () => controlsOf(modes, configOptions, strings.controls.mode),
    [modes, configOptions],
  );
  const summary = summaryOf(controls, configOptions);
  const { used, size, cost } = usage;
  const spent = [
    ...(used !== null && size ? [strings.context(Math.round((100 * used) / size))] : []),
    ...(cost ? [money(cost)] : []),
  ];
  const offered = controls.length > 0 && !over;
  if (spent.length === 0 && !offered && queue.length === 0) return null;
  return (
    <>
      {open && offered && (
        <ControlsPanel
          id={id}
          session={session}
          controls={controls}
          mayChange={mayChange}
          onClose={() => {
            setOpen(false);
            button.current?.focus();
          }}
        />
      )}
      <div class="chips">
        {offered && (
          <button
            ref={button}
            type="button"
            class="chip control-chip"
            aria-label={[strings.controls.open, ...summary].join(', ')}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <span class="words">{summary.join(' · ') || strings.controls.open}</span>
            <Icon name="chevronDown" />
          </button>
        )}
        {queue.length > 0 && (
          <button type="button" class="chip on" onClick={() => session.toEnd()}>
            {strings.queue(queue.length)}
          </button>
        )}
        {spent.length > 0 && <span class="chip">{spent.join(' · ')}</span>}
      </div>
    </>
  );
}

function money({ amount, currency }: { amount: number; currency: string }): string {
  try {
    return new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(amount);
  } catch {
    return `${amount.toFixed(2)} ${currency}`;
  }
}

/** A tunnel that the host runs: its state and address, why it does not run and what to do, and what it printed. */
import type { HostStatus } from '../../protocol/host-status.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from '../views/error-note.tsx';
import { Icon } from '../views/icon.tsx';
import { useNow } from '../views/use-now.ts';
import { countdown } from '../views/words.ts';
import type { DeskHost } from './desk-host.ts';
import { deskWords } from './desk-words.ts';

export interface TunnelViewProps {
  tunnel: NonNullable<HostStatus['tunnel']>;
  desk: DeskHost;
  onChangeReach(): void;
}

export function TunnelView({ tunnel, desk, onChangeReach }: TunnelViewProps) {
  const { program, state, url, error, retryAt, output } = tunnel;
  const now = useNow(1_000);
  const running = state === 'running';
  return (
    <section class="tunnel" aria-label={deskWords().tunnel.title[program]} data-state={state}>
      <div class="head" role="status">
        <Icon
          name={running ? 'check' : state === 'starting' ? 'loading' : 'warning'}
          spin={state === 'starting'}
        />
        <b>{deskWords().tunnel.title[program]}</b>
        <span class="note">{deskWords().tunnel.state[state]}</span>
      </div>
      {running && url !== '' && <code class="address">{url}</code>}
      {running && <p class="note">{deskWords().tunnel.lasts[program]}</p>}
      {error && (
        <ErrorNote error={error}>
          <button type="button" class="b small p" onClick={() => void desk.reach(program)}>
            {strings.phone.tryAgain}
          </button>
          <button type="button" class="b small" onClick={onChangeReach}>
            {deskWords().changeReach}
          </button>
        </ErrorNote>
      )}
      {retryAt !== null && retryAt > now && (
        <p class="note">{deskWords().tunnel.again(countdown(retryAt - now))}</p>
      )}
      {state === 'starting' && !error && (
        <div class="row">
          <button type="button" class="b small" onClick={onChangeReach}>
            {deskWords().changeReach}
          </button>
        </div>
      )}
      {output.length > 0 && (
        <details open={!running}>
          <summary>
            <Icon name="chevronRight" />
            {deskWords().tunnel.output}
          </summary>
          <pre tabIndex={0}>{output.join('\n')}</pre>
        </details>
      )}
    </section>
  );
}

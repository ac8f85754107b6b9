/** That a session is over, and the way to open it again. */
import { allows } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';
import { actsOf } from '../client/session-acts.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';

export function OverNote({ host, id }: { host: HostClient; id: string }) {
  const acts = actsOf(host);
  const failed = acts.failed.value;
  const busy = acts.busy.value.get(id);
  const mayOpen = allows(host.state.value?.you.scope ?? 'view', 'control');
  return (
    <>
      <div class="over">
        <p class="note">{busy ? strings.sessionMore.busy[busy] : strings.over}</p>
        {mayOpen && (
          <button
            type="button"
            class="b small"
            disabled={busy !== undefined || host.phase.value.kind !== 'ready'}
            onClick={() => void acts.reopen(id)}
          >
            {strings.sessionMore.reopen}
          </button>
        )}
      </div>
      {failed?.session === id && <ErrorNote error={failed.error} />}
    </>
  );
}

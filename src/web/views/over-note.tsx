/** That a session is over, and the way to open it again. */
import { useRef } from 'preact/hooks';
import { allows } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';
import { actsOf } from '../client/session-acts.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';
import { ReopenChoice } from './reopen-choice.tsx';
import { useFocusBack } from './use-focus-back.ts';
import { useStillHere } from './use-still-here.ts';

export interface OverNoteProps {
  host: HostClient;
  id: string;
  onOpen(session: string): void;
}

export function OverNote({ host, id, onOpen }: OverNoteProps) {
  const acts = actsOf(host);
  const opened = useStillHere(onOpen);
  const again = useRef<HTMLButtonElement>(null);
  const asked = acts.live.asked.value?.id === id;
  useFocusBack(again, asked);
  const failed = acts.failed.value;
  const busy = acts.busy.value.get(id);
  const mayOpen = allows(host.state.value?.you.scope ?? 'view', 'control');
  return (
    <>
      <div class="over">
        <p class="note">{busy ? strings.sessionMore.busy[busy] : strings.over}</p>
        {mayOpen && (
          <button
            ref={again}
            type="button"
            class="b small"
            disabled={busy !== undefined || host.phase.value.kind !== 'ready'}
            onClick={() => void acts.reopen(id).then(opened)}
          >
            {strings.sessionMore.reopen}
          </button>
        )}
      </div>
      <ReopenChoice host={host} id={id} onOpened={opened} />
      {failed?.session === id && <ErrorNote error={failed.error} />}
    </>
  );
}

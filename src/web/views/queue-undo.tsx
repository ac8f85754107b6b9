/** A waiting message that this surface removed, and the way back: offered once the journal has the removal. */
import { useEffect } from 'preact/hooks';
import type { Transcript } from '../../transcript/items.ts';
import { placeAgain, removalOf, textOfBlocks, type Removed } from '../../transcript/queue-edit.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { IconButton } from './icon-button.tsx';

export interface QueueUndoProps {
  session: SessionClient;
  removed: Removed;
  setRemoved(removed: Removed | null): void;
}

export function QueueUndo({ session, removed, setRemoved }: QueueUndoProps) {
  return (
    <div class="undo" role="status">
      <span class="what">{strings.queueRemoved(textOfBlocks(removed.blocks).slice(0, 60))}</span>
      <button
        type="button"
        class="b small"
        onClick={() => setRemoved({ ...removed, id: session.prompt(removed.blocks) })}
        disabled={removed.id !== undefined}
      >
        {strings.undo}
      </button>
      <IconButton icon="close" name={strings.dismiss} onClick={() => setRemoved(null)} />
    </div>
  );
}

/** One that began before it could be removed runs: it is nothing to take back. */
export function useRemoval(
  transcript: Transcript,
  removed: Removed | null,
  setRemoved: QueueUndoProps['setRemoved'],
): void {
  useEffect(() => {
    if (!removed || removed.done) return;
    const became = removalOf(transcript, removed.promptId);
    if (became === 'done') setRemoved({ ...removed, done: true });
    else if (became === 'late') setRemoved(null);
  }, [transcript, removed]);
}

/** One that is taken back is sent anew, and goes to its old place once the computer has it. */
export function usePutBack(
  session: SessionClient,
  { queue, items }: Transcript,
  removed: Removed | null,
  setRemoved: QueueUndoProps['setRemoved'],
): void {
  useEffect(() => {
    const id = removed?.id;
    if (!removed || id === undefined) return;
    const before = placeAgain(queue, id, removed.before);
    if (before !== undefined) session.change({ kind: 'queueMove', prompt: id, before });
    const known = (item: { id: string }) => item.id === `p:${id}`;
    if (queue.some(known) || items.some(known)) setRemoved(null);
  }, [queue, items, removed]);
}

/** What waits its turn: read, edit, move, send now, remove and take that back, the same on every surface at once. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Origin, PromptBlock } from '../../protocol/facts.ts';
import type { PromptItem, Transcript } from '../../transcript/items.ts';
import { beforeWhenMoved, removedFrom, textOfBlocks, type Removed } from '../../transcript/queue-edit.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { QueueEditor } from './queue-editor.tsx';
import { QueueItem } from './queue-item.tsx';
import { QueueUndo, usePutBack, useRemoval } from './queue-undo.tsx';

export interface QueueViewProps {
  session: SessionClient;
  transcript: Transcript;
  mayPrompt: boolean;
  /** False while the reader is elsewhere: what is being written stays. */
  shown: boolean;
  isOwn(origin: Origin): boolean;
}

interface Editing {
  id: string;
  blocks: readonly PromptBlock[];
  text: string;
  /** It comes back by itself, from the computer or from a look elsewhere: nobody asked for the editor just now. */
  returned?: boolean;
}

export function QueueView({ session, transcript, mayPrompt, shown, isOwn }: QueueViewProps) {
  const { queue, held, turn } = transcript;
  const pending = session.changes.pending.value;
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removed, setRemoved] = useState<Removed | null>(null);
  useReturned(session, editing, setEditing);
  useRemoval(transcript, removed, setRemoved);
  usePutBack(session, transcript, removed, setRemoved);
  useEffect(() => {
    if (!shown) setEditing((now) => now && { ...now, returned: true });
  }, [shown]);
  const { root, focusLater } = useFocusAfter(queue, editing, removed);
  const is = (kind: string, id?: string) =>
    pending.some(
      ({ change }) =>
        change.kind === kind && (id === undefined || ('prompt' in change && change.prompt === id)),
    );
  const gone = editing !== null && !queue.some(({ promptId }) => promptId === editing.id);
  const remove = (item: PromptItem) => {
    const known = removedFrom(queue, item.promptId);
    session.change({ kind: 'queueRemove', prompt: item.promptId });
    if (known && mayPrompt) setRemoved(known);
    focusLater('.undo button');
  };
  const stopEditing = () => {
    if (editing) {
      session.changes.letGo(editing.id);
      focusLater(actIn(editing.id, 'edit'));
    }
    setEditing(null);
  };
  const editor = (
    <QueueEditor
      key={editing?.id}
      blocks={editing?.blocks ?? []}
      text={editing?.text ?? ''}
      onText={(text) => setEditing((now) => now && { ...now, text })}
      gone={gone}
      focus={editing?.returned !== true}
      onCancel={() => stopEditing()}
      onSave={(blocks) => {
        if (gone) session.prompt(blocks);
        else if (editing) session.change({ kind: 'queueEdit', prompt: editing.id, blocks });
        stopEditing();
      }}
    />
  );
  if (!shown || (queue.length === 0 && !gone && !removed?.done)) return null;
  return (
    <section class="queue" aria-label={strings.queueLabel} ref={root}>
      {queue.length > 0 && <h2 class="sec">{strings.queueTitle(queue.length)}</h2>}
      {held && queue.length > 0 && (
        <div class="held">
          <span>{strings.queueHeld}</span>
          <button
            type="button"
            class="b small"
            disabled={!mayPrompt || is('queueResume')}
            onClick={() => session.change({ kind: 'queueResume' })}
          >
            {strings.queueResume}
          </button>
        </div>
      )}
      {queue.length > 0 && (
        <ol>
          {queue.map((item, index) => {
            const { promptId } = item;
            const move = (by: -1 | 1) => {
              const before = beforeWhenMoved(queue, index, by);
              return before === undefined || queue.length === 1
                ? undefined
                : () => {
                    session.change({ kind: 'queueMove', prompt: promptId, before });
                    focusLater(actIn(promptId, by === -1 ? 'up' : 'down'));
                  };
            };
            return (
              <li key={promptId} class="item" data-item={item.id}>
                {editing?.id === promptId ? (
                  editor
                ) : (
                  <QueueItem
                    item={item}
                    own={isOwn(item.origin)}
                    stops={turn !== null}
                    busy={
                      is('queueRemove', promptId)
                        ? 'removing'
                        : is('queueNow', promptId)
                          ? 'now'
                          : is('queueEdit', promptId)
                            ? 'saving'
                            : is('queueMove', promptId)
                              ? 'moving'
                              : null
                    }
                    act={
                      mayPrompt
                        ? {
                            edit: () =>
                              setEditing({
                                id: promptId,
                                blocks: item.blocks,
                                text: textOfBlocks(item.blocks),
                              }),
                            up: move(-1),
                            down: move(1),
                            now: () => session.change({ kind: 'queueNow', prompt: promptId }),
                            remove: () => remove(item),
                          }
                        : null
                    }
                  />
                )}
              </li>
            );
          })}
        </ol>
      )}
      {gone && <div class="item">{editor}</div>}
      {removed?.done && <QueueUndo {...{ session, removed, setRemoved }} />}
    </section>
  );
}

const actIn = (promptId: string, act: string) =>
  `[data-item="${CSS.escape(`p:${promptId}`)}"] [data-act="${act}"]`;

/** The focus goes with what it was on: a browser lets it fall when an element moves or goes. */
function useFocusAfter(...changes: unknown[]) {
  const root = useRef<HTMLElement>(null);
  const wanted = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (wanted.current === undefined || document.activeElement !== document.body) return;
    const next = root.current?.querySelector<HTMLElement>(wanted.current);
    if (!next) return;
    wanted.current = undefined;
    next.focus();
  }, changes);
  return { root, focusLater: (selector: string) => (wanted.current = selector) };
}

/** A new text that the computer did not take opens the editor again, once that is free. */
function useReturned(
  session: SessionClient,
  editing: Editing | null,
  setEditing: (editing: Editing) => void,
): void {
  const [edit] = session.changes.returned.value;
  useEffect(() => {
    if (!edit || editing) return;
    const { prompt, blocks } = edit;
    setEditing({ id: prompt, blocks, text: textOfBlocks(blocks), returned: true });
  }, [edit, editing]);
}

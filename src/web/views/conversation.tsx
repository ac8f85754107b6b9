/** The conversation: all items in order, then what waits its turn, then what has not reached the computer. */
import { useMemo } from 'preact/hooks';
import type { Item, PromptItem, ToolItem, Transcript } from '../../transcript/items.ts';
import type { Origin } from '../../protocol/facts.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { useAnchoredScroll } from './anchored-scroll.ts';
import { Icon } from './icon.tsx';
import { ItemView } from './item-view.tsx';
import { OutboxView, PromptView } from './prompt-view.tsx';
import { questionsOfTools, toolCallOf } from './question-words.ts';
import { useSurface } from './surface.ts';

export interface ConversationProps {
  session: SessionClient;
  agent: string;
  cwd: string;
  /** This device's id at the host; the desk has none. */
  you: string | undefined;
  mayPrompt: boolean;
  connected: boolean;
}

export function Conversation({ session, agent, cwd, you, mayPrompt, connected }: ConversationProps) {
  const { kind } = useSurface();
  const transcript = session.record.transcript.value;
  const outbox = session.outbox.entries.value;
  const earlier = session.earlier.value;
  const answers = session.answers.states.value;
  const tools = useTools(transcript);
  const asked = useMemo(() => questionsOfTools(transcript.items, transcript.questions[0]), [transcript]);
  const first = transcript.items[0]?.id;
  const version = `${transcript.cursor} ${outbox.length} ${earlier.loading}`;
  const scroll = useAnchoredScroll(version, first, () => void session.loadEarlier());
  const working = transcript.turn !== null;
  const last = transcript.items.at(-1);
  const empty = !last && outbox.length === 0 && transcript.queue.length === 0;
  const isOwn = (origin: Origin) =>
    kind === 'desk' ? origin.kind === 'desk' : origin.kind === 'device' && origin.id === you;
  const again = (item: PromptItem | undefined) => {
    if (item) session.prompt(item.blocks.map((block) => ({ ...block })));
  };
  return (
    <div class="log">
      <div class="scroller" ref={scroll.box} tabIndex={-1}>
        <div
          ref={scroll.content}
          class="items"
          role="log"
          aria-label={strings.conversation}
          // Screen readers wait for a whole answer instead of reading syllables.
          aria-busy={working}
        >
          {earlier.before !== null && (
            <button
              type="button"
              class="more"
              disabled={!connected}
              onClick={() => void session.loadEarlier()}
            >
              {earlier.loading ? strings.loadingEarlier : strings.loadEarlier}
            </button>
          )}
          {empty && session.sync.value !== 'reading' && (
            <p class="empty">{strings.emptyConversation(agent)}</p>
          )}
          {transcript.items.map((item) => (
            <div class="item" key={item.id}>
              <ItemView
                item={item}
                cwd={cwd}
                growing={working && item === last}
                own={item.kind === 'prompt' && isOwn(item.origin)}
                asked={item.kind === 'tool' ? asked.get(item.toolCallId) : undefined}
                tool={item.kind === 'question' ? tools.get(toolCallOf(item) ?? '') : undefined}
                answer={item.kind === 'question' ? answers.get(item.questionId) : undefined}
                onAgain={mayPrompt && item.kind === 'prompt' ? () => again(item) : undefined}
              />
            </div>
          ))}
          {working && transcript.questions.length === 0 && <Working />}
          {transcript.queue.map((item) => (
            <div class="item" key={item.id}>
              <PromptView
                item={item}
                own={isOwn(item.origin)}
                onRemove={
                  mayPrompt && connected
                    ? () => void session.removeQueued(item.promptId).catch(() => undefined)
                    : undefined
                }
              />
            </div>
          ))}
          {transcript.held && transcript.queue.length > 0 && (
            <div class="held">
              <span>{strings.queueHeld}</span>
              <button
                type="button"
                class="b small"
                disabled={!mayPrompt || !connected}
                onClick={() => void session.resumeQueue().catch(() => undefined)}
              >
                {strings.queueResume}
              </button>
            </div>
          )}
          {outbox.map((entry) => (
            <div class="item" key={entry.id}>
              <OutboxView
                entry={entry}
                onAgain={() => {
                  session.outbox.remove(entry.id);
                  session.prompt(entry.prompt);
                }}
                onDiscard={() => session.outbox.remove(entry.id)}
              />
            </div>
          ))}
        </div>
      </div>
      {scroll.below && (
        <button type="button" class="pill" onClick={scroll.toEnd}>
          <Icon name="arrowDown" />
          {strings.newBelow}
        </button>
      )}
    </div>
  );
}

/** Three still dots, so that a silent agent does not look like a finished one. */
function Working() {
  return (
    <div class="busy" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}

/** Tool calls by id, for the questions about them. */
function useTools(transcript: Transcript): ReadonlyMap<string, ToolItem> {
  return useMemo(() => {
    const tools = transcript.items.filter((item: Item): item is ToolItem => item.kind === 'tool');
    return new Map(tools.map((item) => [item.toolCallId, item]));
  }, [transcript]);
}

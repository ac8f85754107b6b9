/** The conversation: all items in order, then what waits its turn, then what has not reached the computer. */
import { Fragment } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Item, PromptItem, QuestionItem, ToolItem, Transcript } from '../../transcript/items.ts';
import type { Origin } from '../../protocol/facts.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { useAnchoredScroll, type AnchoredScroll } from './anchored-scroll.ts';
import { Icon } from './icon.tsx';
import { ItemView, type StepsUnder } from './item-view.tsx';
import { useNested, type Nested } from './nest.ts';
import { usePlainCopy } from './plain-copy.ts';
import { OutboxView } from './prompt-view.tsx';
import { QueueView } from './queue-view.tsx';
import { questionsOfTools, toolCallOf } from '../../transcript/asked.ts';
import { useReveal } from './reveal.ts';
import { useSelectAll } from './select-all.ts';
import { useSurface } from './surface.ts';
import { useReading } from './use-reading.ts';
import { when } from './words.ts';

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
  const { record, read } = session;
  const transcript = record.transcript.value;
  const outbox = session.outbox.entries.value;
  const earlier = session.pages.earlier.value;
  const later = session.pages.later.value;
  const answers = session.answers.states.value;
  const unread = read.unread.value;
  const tools = useTools(transcript);
  const asked = useMemo(() => questionsOfTools(transcript.items, transcript.questions[0]), [transcript]);
  const shown = useReveal(transcript.items, record.reader);
  /** The window reaches the newest item, below which stands what waits. */
  const live = later.at === null && shown.toEnd;
  const working = transcript.turn !== null;
  const last = transcript.items.at(-1);
  const nested = useNested(shown.items);
  const firstNew = unread && nested.top.find(({ since }) => since > unread.seq);
  /** A subagent's step has no place of its own: it stands in the call that started it. */
  const jump = useMemo(() => {
    const to = session.jump.value;
    const root = to?.item == null ? undefined : nested.rootOf.get(to.item);
    return to && root !== undefined ? { ...to, item: root } : to;
  }, [session.jump.value, nested.rootOf.get(session.jump.value?.item ?? '')]);
  const scroll = useAnchoredScroll({
    version: useVersion(shown.items, transcript, outbox, earlier, later, unread),
    head: record.head.value,
    live,
    jump,
    onStart: () => {
      if (shown.toStart) void session.pages.loadEarlier();
    },
    onEnd: () => {
      if (shown.toEnd) void session.pages.loadLater();
    },
    onReader: (id) => (record.reader = id),
  });
  const above = useReading(session, scroll.atEnd && live, firstNew?.id, scroll.box);
  const { open: searching } = session.search;
  const steps = useSteps(nested, asked);
  const marked = searching.value && jump?.mark === true ? jump.item : null;
  useFocus(scroll.box, marked, shown.items);
  usePlainCopy();
  useSelectAll(scroll.box, scroll.content);
  /** The computer, or a copy of it here, has told what there is. */
  const known = session.sync.value === 'live' || transcript.cursor > 0;
  const empty = !last && outbox.length === 0 && transcript.queue.length === 0;
  const isOwn = (origin: Origin) =>
    kind === 'desk' ? origin.kind === 'desk' : origin.kind === 'device' && origin.id === you;
  const again = (item: PromptItem | undefined) => {
    if (item) session.prompt(item.blocks.map((block) => ({ ...block })));
  };
  const stepsUnder = (item: Item) =>
    item.kind === 'tool' && nested.under.has(item.toolCallId)
      ? steps(item.id === jump?.item && jump.item !== session.jump.value?.item)
      : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.shiftKey || event.altKey) return;
    if (event.key === 'Home') void session.openAt(1, null);
    else if (event.key === 'End') session.toEnd();
    else return;
    event.preventDefault();
  };
  return (
    <div class="log">
      {unread && above && (
        <button
          type="button"
          class="pill above"
          onClick={() => void session.openAt(unread.seq + 1, firstNew?.id ?? null)}
        >
          <Icon name="arrowUp" />
          {strings.newSince(when(unread.at))}
        </button>
      )}
      {/* Home and End go to the session's ends, not to those of what is loaded. */}
      <div
        class="scroller"
        ref={scroll.box}
        tabIndex={0}
        role="region"
        aria-label={strings.conversation}
        onKeyDown={onKeyDown}
      >
        <div
          ref={scroll.content}
          class="items"
          role="log"
          aria-label={strings.conversation}
          // Screen readers wait for a whole answer instead of reading syllables, and do not read what is loaded.
          aria-busy={working || earlier.loading || later.loading || !shown.toStart}
          aria-live={live ? 'polite' : 'off'}
        >
          {earlier.before !== null && (
            <button
              type="button"
              class="more"
              disabled={!connected}
              onClick={() => void session.pages.loadEarlier()}
            >
              {earlier.loading ? strings.loadingEarlier : strings.loadEarlier}
            </button>
          )}
          {empty && session.sync.value !== 'reading' && known && (
            <p class="empty">{strings.emptyConversation(agent)}</p>
          )}
          {empty && !connected && !known && <p class="empty">{strings.notHere}</p>}
          {nested.top.map((item) => (
            <Fragment key={item.id}>
              {unread && item.id === firstNew?.id && (
                <div class="since" role="separator">
                  <span>{strings.newSince(when(unread.at))}</span>
                </div>
              )}
              <div
                class={item.id === marked ? 'item marked' : 'item'}
                data-item={item.id}
                tabIndex={item.id === marked ? -1 : undefined}
              >
                <ItemView
                  item={item}
                  cwd={cwd}
                  growing={working && item === last && live}
                  own={item.kind === 'prompt' && isOwn(item.origin)}
                  asked={item.kind === 'tool' ? asked.get(item.toolCallId) : undefined}
                  tool={item.kind === 'question' ? tools.get(toolCallOf(item) ?? '') : undefined}
                  answer={item.kind === 'question' ? answers.get(item.questionId) : undefined}
                  onAgain={mayPrompt && item.kind === 'prompt' ? () => again(item) : undefined}
                  steps={stepsUnder(item)}
                />
              </div>
            </Fragment>
          ))}
          {later.at !== null && (
            <button
              type="button"
              class="more"
              disabled={!connected}
              onClick={() => void session.pages.loadLater()}
            >
              {later.loading ? strings.loadingLater : strings.loadLater}
            </button>
          )}
          {live && working && transcript.questions.length === 0 && <Working />}
          <QueueView {...{ session, transcript, mayPrompt, isOwn, shown: live }} />
          {live &&
            outbox.map((entry) => (
              <div class="item" key={entry.id} data-item={`o:${entry.id}`}>
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
      <Below session={session} scroll={scroll} question={transcript.questions[0]} elsewhere={!live} />
    </div>
  );
}

interface BelowProps {
  session: SessionClient;
  scroll: AnchoredScroll;
  question: QuestionItem | undefined;
  /** Newer items than the shown ones exist. */
  elsewhere: boolean;
}

/** Leads to what the reader does not see: the open question, what is new, the end. */
function Below({ session, scroll, question, elsewhere }: BelowProps) {
  if (scroll.atEnd && !elsewhere) return null;
  if (!scroll.below && !scroll.away && !elsewhere) return null;
  const call = question && toolCallOf(question);
  const toQuestion = () =>
    question && void session.openAt(question.since, call === undefined ? question.id : `t:${call}`);
  const words = question ? strings.toQuestion : scroll.below ? strings.newBelow : strings.toEnd;
  return (
    <button type="button" class="pill" onClick={question ? toQuestion : () => session.toEnd()}>
      <Icon name="arrowDown" />
      {words}
    </button>
  );
}

/** A screen reader and the keyboard go on from what was looked for. */
function useFocus(box: AnchoredScroll['box'], marked: string | null, drawn: readonly Item[]): void {
  const focused = useRef<string | null>(null);
  useEffect(() => {
    const item = box.current?.querySelector<HTMLElement>('.marked');
    if (marked === null) focused.current = null;
    if (!item || marked === focused.current) return;
    focused.current = marked;
    item.focus({ preventScroll: true });
  }, [marked, drawn]);
}

/** Another number whenever something that takes room changed. */
function useVersion(...parts: unknown[]): number {
  const seen = useRef({ parts, version: 0 });
  if (parts.some((part, index) => part !== seen.current.parts[index]))
    seen.current = { parts, version: seen.current.version + 1 };
  return seen.current.version;
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

/** The same object, wanted or not, as long as nothing under any call changed. */
function useSteps(nested: Nested, asked: StepsUnder['asked']): (wanted: boolean) => StepsUnder {
  return useMemo(() => {
    const [still, wanted] = [false, true].map((is) => ({ under: nested.under, asked, wanted: is }));
    return (is) => (is ? wanted! : still!);
  }, [nested, asked]);
}

/** Tool calls by id, for the questions about them. */
function useTools(transcript: Transcript): ReadonlyMap<string, ToolItem> {
  return useMemo(() => {
    const tools = transcript.items.filter((item: Item): item is ToolItem => item.kind === 'tool');
    return new Map(tools.map((item) => [item.toolCallId, item]));
  }, [transcript]);
}

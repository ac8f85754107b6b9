/** One session, the same on both surfaces: conversation, open question, composer. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import { allows, type ClientState, type SessionState } from '../../protocol/methods.ts';
import { toolCallOf } from '../../transcript/asked.ts';
import type { PromptItem, ToolItem, Transcript } from '../../transcript/items.ts';
import type { RemoteWish } from '../../transcript/commands.ts';
import type { HostClient } from '../client/host-client.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { ErrorNote } from './error-note.tsx';
import { late } from './late.tsx';
import { QuestionCard } from './question-card.tsx';
import { askedOf } from './question-words.ts';
import { SearchBar, SearchResults, useSearchKey } from './search-door.tsx';
import { SessionChips } from './session-chips.tsx';
import { StrandedView, Warnings } from './stranded-view.tsx';
import { useSurface } from './surface.ts';
import { SessionContext } from './terminals-door.tsx';

const OverNote = late(async () => (await import('./over-note.tsx')).OverNote);

export interface SessionViewProps {
  host: HostClient;
  session: SessionClient;
  connected: boolean;
  /** Code of the error that this surface shows already, in a better place. */
  shown?: string | undefined;
  onRemote?: ((wish: RemoteWish) => Promise<string>) | undefined;
  /** Shows another session: a copy of this one. */
  onOpen(session: string): void;
}

export type SessionFacts = ClientState['sessions'][number];

/** What the journal says counts; the host's summary fills in before the journal is read. */
export function activityOf(transcript: Transcript, facts: SessionFacts | undefined): SessionState {
  if (transcript.questions.length > 0) return 'waiting';
  if (transcript.turn) return transcript.agent.state === 'starting' ? 'starting' : 'working';
  if (facts?.state === 'ended') return 'ended';
  return transcript.agent.state === 'starting' ? 'starting' : (facts?.state ?? 'idle');
}

type AgentError = NonNullable<Transcript['agent']['error']>;

/** The agent's error, or that it does not run where the newest prompt says why already. */
export function agentError(error: AgentError, { items }: Transcript, agent: string): AgentError {
  const prompt = items.findLast((item): item is PromptItem => item.kind === 'prompt');
  if (!prompt?.message?.includes(error.message)) return error;
  return { code: error.code, message: strings.notRunning(agent), next: strings.notRunningNext };
}

export function SessionView({ host, session, connected, shown, onRemote, onOpen }: SessionViewProps) {
  const state = host.state.value;
  const facts = host.row(session.id);
  const transcript = session.record.present.value;
  const scope = state?.you.scope ?? 'view';
  const mayPrompt = allows(scope, 'control');
  const mayAnswer = allows(scope, 'answer');
  const agent = facts?.agent.name ?? strings.theAgent;
  const cwd = facts?.cwd ?? '';
  // Before the host has said what this surface may do, writing is not refused.
  const locked = !state || mayPrompt ? undefined : mayAnswer ? strings.scopeAnswer : strings.scopeView;
  const question = transcript.questions[0];
  const tool = useMemo(() => {
    const id = question && toolCallOf(question);
    return transcript.items.find((item): item is ToolItem => item.kind === 'tool' && item.toolCallId === id);
  }, [transcript, question]);
  const answers = session.answers.states.value;
  const shownSession = useMemo(() => ({ host, session: session.id }), [host, session.id]);
  const footer = useFocusKept(question?.questionId, useSurface().enterSends);
  const listed = state?.sessions.some(({ id }) => id === session.id) ?? true;
  // One that the host opens again is not listed for a moment; it can't be read then either.
  const over = facts?.state === 'ended' || (!listed && session.sync.value === 'live');
  const searching = session.search.open.value;
  const listing = searching && session.search.chosen.value === null;
  useSearchKey(session);
  const { agent: running } = transcript;
  const lost = running.state === 'exited' && running.error?.code !== shown ? running.error : null;
  const error = session.error.value ?? (lost && !over ? agentError(lost, transcript, agent) : null);
  const refused = session.changes.refused.value;
  return (
    <div class="session">
      <Warnings host={host} />
      {searching && <SearchBar session={session} connected={connected} />}
      <div class="stage">
        <SessionContext.Provider value={shownSession}>
          <Conversation
            key={session.id}
            session={session}
            agent={agent}
            cwd={cwd}
            you={state?.you.id}
            mayPrompt={(!state || mayPrompt) && !over}
            connected={connected}
          />
        </SessionContext.Provider>
        {listing && <SearchResults session={session} connected={connected} />}
      </div>
      <footer ref={footer}>
        <Announcement
          text={
            question
              ? `${strings.question.label}: ${spoken(askedOf(question.request, tool, agent, cwd))}`
              : ''
          }
        />
        {error && <ErrorNote error={error} />}
        {refused && <ErrorNote passing error={refused} />}
        <StrandedView host={host} here={over ? undefined : session} mayPrompt={mayPrompt} />
        {question && (
          <QuestionCard
            key={question.questionId}
            item={question}
            tool={tool}
            agent={agent}
            cwd={cwd}
            more={transcript.questions.length - 1}
            mayAnswer={mayAnswer}
            connected={connected}
            state={answers.get(question.questionId)}
            onAnswer={(answer) => session.answer(question.questionId, answer)}
            onComment={mayPrompt ? (text) => session.prompt([{ type: 'text', text }]) : undefined}
          />
        )}
        {!listing && (
          <SessionChips
            key={`chips-${session.id}`}
            session={session}
            transcript={transcript}
            mayChange={mayPrompt}
            over={over}
          />
        )}
        {over && <OverNote host={host} id={session.id} onOpen={onOpen} />}
        {!over && !listing && (
          <Composer
            key={session.id}
            session={session}
            working={transcript.turn !== null}
            connected={connected}
            locked={locked}
            mayStop={mayAnswer}
            onRemote={onRemote}
          />
        )}
      </footer>
    </div>
  );
}

const spoken = (asked: ReturnType<typeof askedOf>) =>
  `${asked.title}. ${visible(asked.exact ?? asked.paths.join(', '))}`;

/** Read out when it changes; the focus stays where the reader writes. */
function Announcement({ text }: { text: string }) {
  return (
    <div class="hidden" aria-live="polite">
      {text}
    </div>
  );
}

/**
 * When the answered card goes away with the focus in it, the focus moves on: to the text, or, where that would
 * open a keyboard on the screen, to the conversation.
 */
function useFocusKept(question: string | undefined, keyboard: boolean) {
  const footer = useRef<HTMLElement>(null);
  const inside = useRef(false);
  useEffect(() => {
    const element = footer.current;
    if (!element) return;
    const note = () =>
      (inside.current = element.querySelector('.ask')?.contains(document.activeElement) ?? false);
    element.addEventListener('focusin', note);
    return () => element.removeEventListener('focusin', note);
  }, []);
  useEffect(() => {
    if (question !== undefined || !inside.current) return;
    inside.current = false;
    if (document.activeElement !== document.body) return;
    const next = keyboard
      ? footer.current?.querySelector('textarea')
      : footer.current?.parentElement?.querySelector<HTMLElement>('.scroller');
    next?.focus();
  }, [question, keyboard]);
  return footer;
}

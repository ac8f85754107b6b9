/** What a session needs of its agent; implemented by src/agent over ACP, and by fakes. */
import type { OffdeskError } from '../base/error.ts';
import type { Answer, PromptBlock, RawUpdate } from '../protocol/facts.ts';

/** What the agent offered when its session began. */
export interface AgentOffers {
  modes: Record<string, unknown> | null;
  configOptions: Record<string, unknown>[] | null;
  promptCapabilities: Record<string, unknown> | null;
  /** The agent's own id of the session. */
  session: string;
  /** It is the `earlier` one: the agent remembers what was said. */
  kept: boolean;
}

export type QuestionKind = 'permission' | 'elicitation';
export type QuestionEnd = Answer | { outcome: 'withdrawn' };

/** What the agent tells the session, in the order in which it happened. */
export interface AgentSink {
  /** One `session/update`, raw as the agent sent it. */
  update(update: RawUpdate): void;
  /** Resolves with the first answer; `withdrawn` aborts it when the agent took the question back. */
  ask(kind: QuestionKind, request: Record<string, unknown>, withdrawn: AbortSignal): Promise<QuestionEnd>;
  /** The process ended or broke the protocol; `start` may be called again. */
  exited(error: OffdeskError): void;
}

/** What the agent itself remembers. */
export interface OwnSessions {
  sessions: { id: string; title: string; cwd: string; updatedAt: number | null }[];
  /** For the next page; null at the end. */
  next: string | null;
}

export interface AgentPort {
  /**
   * Starts process and agent session; rejects with an OffdeskError that says what to do. With `earlier` (the
   * `session` of former offers) that session is resumed or loaded where the agent can; nothing of it is told
   * again to the sink. `told`: not all of it may be journaled, so the sink is told it, where the agent can.
   * `begun`: when that session began, at the latest, in milliseconds since the Unix epoch.
   */
  start(sink: AgentSink, earlier?: string, told?: boolean, begun?: number): Promise<AgentOffers>;
  /** While it runs: its own sessions; undefined where it does not list them. */
  sessions?(before?: string): Promise<OwnSessions | undefined>;
  /** While it runs: a copy of one of those, by its own id; undefined where it makes none. */
  fork?(id: string, cwd: string): Promise<string | undefined>;
  /** It makes such copies; false while it does not run. */
  readonly forks?: boolean;
  /** One turn; resolves after all of its updates were told. Never called while a turn runs. */
  prompt(blocks: PromptBlock[]): Promise<{ stopReason: string }>;
  /** ACP session/cancel; `prompt` then resolves by itself. */
  cancel(): void;
  setMode(modeId: string): Promise<void>;
  /** Resolves with the options as the agent now has them. */
  setConfigOption(configId: string, value: string | boolean): Promise<Record<string, unknown>[] | null>;
  /** The process and its children are gone when it resolves. */
  stop(): Promise<void>;
}

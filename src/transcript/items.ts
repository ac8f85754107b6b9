/** What a reader sees: the items of a transcript, one kind each, and the session's state beside them. */
import type { Answer, Origin, PromptOutcome } from '../protocol/facts.ts';

/** JSON as an agent sent it, not checked further. */
export type Raw = Record<string, unknown>;
/** An ACP content block (text, image, audio, resource_link, resource, or one not known yet). */
export type Block = Raw & { type: string };

/**
 * Common to all items. An item is never changed: when a fact changes it, another object takes its place,
 * and all others keep their identity.
 */
interface Base {
  /** Unique in the journal: `m1`, `t:<toolCallId>`, `p:<promptId>`, `q:<questionId>`, … */
  readonly id: string;
  /** `seq` of the first and of the last fact that went into it. */
  readonly since: number;
  readonly seq: number;
  /** `seq` that decides its place among the items. */
  readonly place: number;
  /** Milliseconds since the Unix epoch: first and last fact. */
  readonly at: number;
  readonly updatedAt: number;
}

export interface PromptItem extends Base {
  readonly kind: 'prompt';
  readonly promptId: string;
  /** Empty until `prompt_received`, or the text at the beginning of its turn, is known. */
  readonly blocks: readonly Block[];
  readonly origin: Origin;
  /** Who changed what it says while it waited, last. */
  readonly editedBy?: Origin;
  /** `blocks` come from the beginning of its turn, and there may be more of them. */
  readonly mirrored?: true;
  readonly state: 'received' | 'running' | 'removed' | PromptOutcome;
  readonly stopReason?: string;
  /** Why it failed, a sentence. */
  readonly message?: string;
}

export interface MessageItem extends Base {
  readonly kind: 'message';
  /** `user`: a user's message that an agent replayed; prompts sent through Offdesk are `prompt` items. */
  readonly role: 'agent' | 'user';
  readonly text: string;
  /** Blocks that are no text, in order. */
  readonly blocks: readonly Block[];
  readonly parent?: string;
}

export interface ThoughtItem extends Base {
  readonly kind: 'thought';
  readonly text: string;
  readonly parent?: string;
  readonly startedAt: number;
  /** When its last part so far came. */
  readonly endedAt: number;
}

export type ToolContent =
  | { readonly type: 'text'; readonly text: string }
  /** `oldText`: null for a new file. Some agents send the whole file, some the changed part only. */
  | {
      readonly type: 'diff';
      readonly path: string;
      readonly oldText: string | null;
      readonly newText: string;
    }
  | {
      readonly type: 'terminal';
      readonly terminalId: string;
      /** May hold ANSI sequences; only the end of a long output. */
      readonly output: string;
      /** Null while it runs, or when the agent does not tell. */
      readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
    }
  | { readonly type: 'block'; readonly block: Block };

export type ToolStatus = 'pending' | 'in_progress' | 'completed' | 'failed' | 'cancelled';

export interface ToolItem extends Base {
  readonly kind: 'tool';
  readonly toolCallId: string;
  /** The agent's title, else the tool's name, else its kind; never empty. */
  readonly title: string;
  /** `toolCallId` of the call whose subagent did this. */
  readonly parent?: string;
  /** ACP's kinds (read, edit, delete, move, search, execute, think, fetch, switch_mode, other) or a later one. */
  readonly toolKind: string;
  /** `cancelled`: the turn ended and the agent had left the call open. */
  readonly status: ToolStatus;
  readonly content: readonly ToolContent[];
  readonly locations: readonly { readonly path: string; readonly line: number | null }[];
  readonly rawInput: unknown;
  readonly rawOutput: unknown;
  /** What the tool said, as text, wherever the agent put it; empty when there is nothing. */
  readonly output: string;
  /** What the fold knows; not for display. */
  readonly known: ToolKnown;
}

/**
 * The latest value of each field from the tool's own updates, and what each permission request said about it, oldest
 * first. Apart, since a client may know any of the requests without the others and the updates around them.
 */
export interface ToolKnown {
  readonly own: OwnFields;
  readonly asked: readonly AskedFields[];
  readonly terminals: Readonly<Record<string, TerminalKnown>>;
  /** `seq` of the turn's end after the call began. */
  readonly ended: number | null;
}
/** `seq` of the first and of the last update that went into them; neither where none did. */
export interface OwnFields extends ToolFields {
  readonly since?: number;
  readonly seq?: number;
}
/** `seq` of the request. */
export interface AskedFields extends ToolFields {
  readonly since: number;
}
export interface ToolFields {
  readonly title?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly content?: readonly ToolContent[];
  /** The last diffs shown: a later content without one does not take them away. */
  readonly diffs?: readonly ToolContent[];
  readonly locations?: ToolItem['locations'];
  readonly rawInput?: unknown;
  readonly rawOutput?: unknown;
  readonly parent?: string;
}
export interface TerminalKnown {
  readonly output: string;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  /** Its beginning is known: what an older page holds does not belong to it. */
  readonly begun: boolean;
}

export interface PlanItem extends Base {
  readonly kind: 'plan';
  readonly entries: readonly {
    readonly content: string;
    readonly priority: 'high' | 'medium' | 'low';
    readonly status: 'pending' | 'in_progress' | 'completed';
  }[];
}

export interface QuestionItem extends Base {
  readonly kind: 'question';
  readonly questionId: string;
  readonly questionKind: 'permission' | 'elicitation';
  /** Params of session/request_permission or elicitation/create as the agent sent them; null until known. */
  readonly request: Raw | null;
  readonly state:
    | { readonly kind: 'open' }
    | { readonly kind: 'answered'; readonly answer: Answer; readonly by: Origin }
    | { readonly kind: 'withdrawn' };
}

export interface NoticeItem extends Base {
  readonly kind: 'notice';
  readonly severity: 'info' | 'warning' | 'error';
  readonly title: string;
  readonly description: string;
}

export interface CompactionItem extends Base {
  readonly kind: 'compaction';
  readonly status: 'in_progress' | 'completed' | 'failed' | 'cancelled';
  readonly summary: string;
  readonly error: string;
  /** The summary's beginning is known. */
  readonly begun: boolean;
}

/** What this version cannot show better: the update's kind and its JSON, shortened. */
export interface UnknownItem extends Base {
  readonly kind: 'unknown';
  readonly updateKind: string;
  readonly text: string;
  /** How many of them came in a row; `text` is of the last. */
  readonly count: number;
}

export type Item =
  | PromptItem
  | MessageItem
  | ThoughtItem
  | ToolItem
  | PlanItem
  | QuestionItem
  | NoticeItem
  | CompactionItem
  | UnknownItem;

export interface Usage {
  /** Tokens in the context, and how many fit. */
  readonly used: number | null;
  readonly size: number | null;
  readonly cost: { readonly amount: number; readonly currency: string } | null;
}

/** The session's state beside the items. */
export interface SessionView {
  /** Stopped: the queue waits until someone resumes it. */
  readonly held: boolean;
  readonly turn: { readonly promptId: string; readonly startedAt: number } | null;
  readonly agent: {
    readonly state: 'starting' | 'ready' | 'exited' | null;
    readonly error: { readonly code: string; readonly message: string; readonly next: string } | null;
  };
  readonly title: string | null;
  /** ACP's SessionModeState with the current mode. */
  readonly modes: Raw | null;
  /** ACP's SessionConfigOption. */
  readonly configOptions: readonly Raw[] | null;
  /** ACP's AvailableCommand. */
  readonly commands: readonly Raw[];
  readonly usage: Usage;
  /** ACP's PromptCapabilities. */
  readonly capabilities: Raw | null;
}

export interface Transcript extends SessionView {
  /** In display order. */
  readonly items: readonly Item[];
  /** Received by the computer, not yet started, in the order in which they will be. */
  readonly queue: readonly PromptItem[];
  /** Open ones, oldest first. */
  readonly questions: readonly QuestionItem[];
  /** Highest `seq` applied; 0 before the first. */
  readonly cursor: number;
  /** What the fold knows beyond that; not for display. */
  readonly fold: FoldState;
}

export interface FoldState {
  /** Item id → index in `items`. */
  readonly index: ReadonlyMap<string, number>;
  /** Known, but not among the items: waiting or removed prompts, ends without their beginning. */
  readonly aside: ReadonlyMap<string, Item>;
  /** `seq` of each turn's end, growing. */
  readonly ends: readonly number[];
  /** Ids of tool calls since the last end. */
  readonly tools: readonly string[];
  readonly state: StateKnown;
}

/** Each with the `seq` of the fact that set it. */
export type StateKnown = Partial<{
  readonly [F in keyof StateFields]: { readonly seq: number; readonly value: StateFields[F] };
}>;
export interface StateFields extends Omit<SessionView, 'usage'> {
  readonly mode: string | null;
  /** Ids of waiting prompts in the order that someone gave them; what came later follows. */
  readonly order: readonly string[];
  readonly context: Pick<Usage, 'used' | 'size'>;
  readonly cost: Usage['cost'];
}

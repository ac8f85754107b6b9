/** Offdesk's own ACP methods between a client and the host (docs/SPEC.md, P). */
import * as z from 'zod/v4';
import { answerSchema, cursorSchema, promptBlocks } from './facts.ts';
import { limits } from './limits.ts';
import { terminalRow } from './terminals.ts';
import { liveChoice, rowWorktree, spawnState } from './new-session.ts';

export const methods = {
  ack: '_offdesk/ack',
  answer: '_offdesk/answer',
  history: '_offdesk/history',
  search: '_offdesk/search',
  /** Sessions that are over. */
  past: '_offdesk/past',
  /** Sessions that the agent itself remembers, wherever they were held. */
  agentSessions: '_offdesk/agent_sessions',
  agentSessionContinue: '_offdesk/agent_sessions/continue',
  files: '_offdesk/files',
  /** What a new session may be (new-session.ts, as the six below). */
  sessionChoices: '_offdesk/session/choices',
  sessionNew: '_offdesk/session/new',
  sessionClose: '_offdesk/session/close',
  sessionReopen: '_offdesk/session/reopen',
  sessionSpawn: '_offdesk/session/spawn',
  worktreeRemove: '_offdesk/worktree/remove',
  /** Files that go with a prompt (attachments.ts). */
  attachment: {
    put: '_offdesk/attachment/put',
    piece: '_offdesk/attachment/piece',
    drop: '_offdesk/attachment/drop',
    read: '_offdesk/attachment/read',
  },
  /** What the session is called, everywhere; goes before the agent's own title. */
  sessionName: '_offdesk/session/name',
  queueEdit: '_offdesk/queue/edit',
  queueMove: '_offdesk/queue/move',
  /** Ends the running turn, as Stop does; then this prompt goes before all others. */
  queueNow: '_offdesk/queue/now',
  queueRemove: '_offdesk/queue/remove',
  queueResume: '_offdesk/queue/resume',
  /** Host to client, a notification: sessions and what this client may do. */
  state: '_offdesk/state',
  /** Host to client, a notification: the journal cannot continue from this client's cursor. */
  reset: '_offdesk/reset',
  /** Shared terminals (terminals.ts). */
  terminal: {
    open: '_offdesk/terminal/open',
    attach: '_offdesk/terminal/attach',
    detach: '_offdesk/terminal/detach',
    ack: '_offdesk/terminal/ack',
    input: '_offdesk/terminal/input',
    resize: '_offdesk/terminal/resize',
    /** Ends all that runs in it; one that has ended is forgotten. */
    close: '_offdesk/terminal/close',
    /** Host to client, notifications. */
    output: '_offdesk/terminal/output',
    screen: '_offdesk/terminal/screen',
  },
  host: {
    /** Host to desk, a notification with the whole HostStatus. */
    status: '_offdesk/host/status',
    start: '_offdesk/host/start',
    stop: '_offdesk/host/stop',
    reach: '_offdesk/host/reach',
    invite: '_offdesk/host/invite',
    uninvite: '_offdesk/host/uninvite',
    pairing: '_offdesk/host/pairing',
    device: '_offdesk/host/device',
    /** Desk-only helpers that the shell around the host performs: `copy`, `log`, `settings`, `move`, `openFile`. */
    act: '_offdesk/host/act',
  },
} as const;

export const scopeSchema = z.enum(['view', 'answer', 'control']);
export type Scope = z.infer<typeof scopeSchema>;
/** True when `has` includes what `needs` allows. */
export function allows(has: Scope, needs: Scope): boolean {
  const order: Scope[] = ['view', 'answer', 'control'];
  return order.indexOf(has) >= order.indexOf(needs);
}

const sessionId = z.string().max(128);

export const ackParams = z.object({ sessionId, cursor: cursorSchema });
export const answerParams = z.object({
  sessionId,
  id: z.string().max(64),
  question: z.string().max(128),
  answer: answerSchema,
});
export const answerResult = z.discriminatedUnion('result', [
  z.object({ result: z.literal('applied') }),
  /** `by`: who was first, such as `the desk` or a device's name. */
  z.object({ result: z.literal('alreadyAnswered'), by: z.string() }),
]);
export type AnswerResult = z.infer<typeof answerResult>;

const seq = z.number().int().min(1);
const pageParams = { sessionId, limit: z.number().int().min(1).max(limits.historyItems) };
/** The last items that begin before `before`, or the first that begin at or after `at`. */
export const historyParams = z.union([
  z.object({ ...pageParams, before: seq }),
  z.object({ ...pageParams, at: seq }),
]);
export type HistoryParams = z.infer<typeof historyParams>;
/**
 * `updates`: params of session/update, oldest first; `from`: pass as `before` for the page that precedes, null at
 * the beginning; `next`: pass as `at` for the page that follows, null at the end.
 */
export const historyResult = z.object({
  updates: z.array(z.looseObject({})),
  from: seq.nullable(),
  next: seq.nullable(),
});
export type HistoryResult = z.infer<typeof historyResult>;

/** Backwards from the newest item, or from the items that begin before `before`. */
export const searchParams = z.object({
  sessionId,
  query: z.string().min(1).max(limits.searchChars),
  before: seq.nullable(),
  limit: z.number().int().min(1).max(limits.searchHits),
});
export type SearchParams = z.infer<typeof searchParams>;
/** `hits`: newest first, one an item; `next`: pass as the next `before`, null when all was searched. */
export const searchResult = z.object({
  hits: z.array(
    z.object({
      /** With this number the item begins: history `{at: seq}` shows it first. */
      seq,
      item: z.string(),
      at: z.number(),
      excerpt: z.string(),
      /** The match in the excerpt. */
      start: z.number().int(),
      end: z.number().int(),
    }),
  ),
  next: seq.nullable(),
});
export type SearchResult = z.infer<typeof searchResult>;

export const filesParams = z.object({
  sessionId,
  query: z.string().max(512),
  limit: z.number().int().min(1).max(limits.completions),
});
export type FilesParams = z.infer<typeof filesParams>;
export const filesResult = z.object({
  files: z.array(
    z.object({
      /**
       * Relative to the session's folder, with `/`; in a workspace of several folders each begins with its folder's
       * name. A folder ends with `/`.
       */
      path: z.string(),
      kind: z.enum(['file', 'folder']),
      /** An absolute file: URI for an ACP resource link. */
      uri: z.string(),
      /** Indexes of matched characters in `path`. */
      matches: z.array(z.number().int()),
      /** Open at the desk, or chosen not long ago. */
      recent: z.literal(true).optional(),
    }),
  ),
});
export type FilesResult = z.infer<typeof filesResult>;

/** Makes a change idempotent, as a prompt's id does a prompt. */
const change = z.string().min(8).max(64).optional();
const promptId = z.string().max(64);
/** Of remove and now. Refused with `prompt_unknown` where the prompt does not wait any more, as below. */
export const queueParams = z.object({ sessionId, id: promptId, change });
/** `prompt`: all of its new content. */
export const queueEditParams = z.object({ sessionId, id: promptId, prompt: promptBlocks, change });
/** `before`: the waiting prompt that shall follow it; null for the end. */
export const queueMoveParams = z.object({ sessionId, id: promptId, before: promptId.nullable(), change });
export const sessionParams = z.object({ sessionId, change });
export const sessionNameParams = z.object({
  sessionId,
  name: z.string().min(1).max(limits.titleChars),
  change,
});
/**
 * `_meta.offdesk` of session/set_mode and session/set_config_option. `confirmed`: the user was told that this mode or
 * value lets the agent act without asking (`risky`); without it a remote client is refused with `confirmation_needed`.
 */
export const changeMeta = z.object({ change, confirmed: z.boolean().optional() });
/** `_meta.offdesk` of a mode or of an option's value that lets the agent act without asking. */
export const riskMeta = z.object({ risky: z.literal(true) });

/** `_meta.offdesk` of session/resume. */
export const resumeMeta = z.union([
  /** `atMost`: with more items than this since then, the last `atMost` come instead, and `gap` is set. */
  z.object({
    after: cursorSchema,
    atMost: z.number().int().min(1).max(limits.historyItems).optional(),
  }),
  z.object({ tail: z.number().int().min(0).max(limits.historyItems) }),
]);
export type ResumeWish = z.infer<typeof resumeMeta>;
/** `_meta.offdesk` of its result. `from`: `before` for the first history request, null when all was sent. */
export const resumeResultMeta = z.object({
  head: cursorSchema,
  from: z.number().int().nullable(),
  /** The client's cursor was of another epoch: forget what you have, the tail follows. */
  reset: z.boolean(),
  /** More was missed than `atMost`: forget the items, the tail follows, what lies between by history. */
  gap: z.boolean().optional(),
});
export type ResumeResultMeta = z.infer<typeof resumeResultMeta>;

/** `_meta.offdesk` of session/prompt: makes it idempotent. */
export const promptMeta = z.object({ id: z.string().min(8).max(64) });

/** `_meta.offdesk` of `initialize`, both ways. */
export const helloMeta = z.object({ protocol: z.number().int(), build: z.string().max(64) });

export const sessionState = z.enum(['starting', 'idle', 'working', 'waiting', 'ended']);
export type SessionState = z.infer<typeof sessionState>;

const sessionRow = z.object({
  id: z.string(),
  title: z.string(),
  cwd: z.string(),
  agent: z.object({ name: z.string(), demo: z.boolean() }),
  state: sessionState,
  updatedAt: z.number(),
  /** Where it is a git work tree; `branch`: or the commit, shortened, where none is checked out. */
  folder: z.object({ branch: z.string() }).optional(),
  /** Of the agent and all that it started, as of lately; while it runs and where that can be known. */
  process: z.object({ memoryBytes: z.number().int() }).optional(),
  /** A git worktree of its own, where it works. */
  worktree: rowWorktree.optional(),
  /** The agent's mode by the name that it shows; absent where it has none. */
  mode: z.string().optional(),
  /** What waits for an answer, a sentence; of state `waiting`. */
  asks: z.string().optional(),
});

/** Sessions that are over, the one used last first; `before`: the `next` of the page before. */
export const pastParams = z.object({
  before: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(limits.pastSessions),
});
export type PastParams = z.infer<typeof pastParams>;
export const pastResult = z.object({ sessions: z.array(sessionRow), next: z.string().nullable() });
export type PastResult = z.infer<typeof pastResult>;

/** The agent's own sessions, the one used last first; `before`: the `next` of the page before. */
export const agentSessionsParams = z.object({
  before: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(limits.pastSessions),
});
export type AgentSessionsParams = z.infer<typeof agentSessionsParams>;
export const agentSessionsResult = z.object({
  /** Shown to the user. */
  agent: z.string(),
  /** False where the agent does not list its sessions. */
  offered: z.boolean(),
  /** It can go on with a copy of one, which leaves the other as it is. */
  forks: z.boolean().optional(),
  sessions: z.array(
    z.object({
      /** The agent's own id. */
      id: z.string(),
      /** Empty where it has none. */
      title: z.string(),
      cwd: z.string(),
      updatedAt: z.number().nullable(),
      /** It works in this computer's shared folder, and can be continued here. */
      here: z.boolean(),
      /** The session of Offdesk in which it is open already. */
      open: z.string().nullable(),
      /** It is, or may be, open in another program on this computer. */
      live: z.boolean().optional(),
    }),
  ),
  next: z.string().nullable(),
});
export type AgentSessionsResult = z.infer<typeof agentSessionsResult>;
/**
 * One that is open is not opened again: the result names the session in which it is. One that is live in another program
 * is `session_live` unless somebody chose what becomes of it.
 */
export const agentSessionContinueParams = z.object({
  id: z.string().min(1).max(512),
  live: liveChoice.optional(),
});
export type AgentSessionContinueParams = z.infer<typeof agentSessionContinueParams>;
export type LiveChoice = AgentSessionContinueParams['live'];
export const agentSessionContinueResult = z.object({ sessionId: z.string() });
export type AgentSessionContinueResult = z.infer<typeof agentSessionContinueResult>;

export const clientState = z.object({
  host: z.object({ name: z.string(), build: z.string() }),
  /** `id`: the device's, as in the origin of its facts; absent at the desk. Its name can change. */
  you: z.object({ id: z.string().optional(), name: z.string(), scope: scopeSchema }),
  /** Those that are open, not those that are over. */
  sessions: z.array(sessionRow),
  /** Those that run, and those that ended lately. */
  terminals: z.array(terminalRow).optional(),
  /** What every surface must show, such as a full disk: a sentence each. */
  warnings: z.array(z.string()).default([]),
  /** Names of who else is connected, the desk included. */
  others: z.array(z.string()),
  /** How new sessions begin; absent where none can be begun. */
  spawn: spawnState.optional(),
});
export type ClientState = z.infer<typeof clientState>;

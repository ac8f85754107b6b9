/** Who a client is and what it may do; given by whoever accepted its connection. */
import type { Event } from '../base/emitter.ts';
import { OffdeskError } from '../base/error.ts';
import type { Origin } from '../protocol/facts.ts';
import {
  allows,
  type AgentSessionsParams,
  type AgentSessionsResult,
  type ClientState,
  type FilesParams,
  type FilesResult,
  type LiveChoice,
  type PastResult,
  type Scope,
} from '../protocol/methods.ts';
import type {
  ChoicesResult,
  NewSessionParams,
  RemoveWorktreeResult,
  SpawnMode,
} from '../protocol/new-session.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { AttachedFiles } from './attached-files.ts';
import type { Session } from './session.ts';
import type { TerminalDirectory } from './terminal-port.ts';

export interface ClientIdentity {
  origin: Origin;
  /** Shown to the others, such as `the desk` or `Pixel 9`. */
  name: string;
  /** May change while connected. */
  scope(): Scope;
}

/** Begins sessions, ends them, and opens them again. */
export interface SessionSpawner {
  choices(): Promise<ChoicesResult>;
  /** Resolves with its id; its agent may still be starting. Rejects with `session_limit`, `path_not_allowed` or `worktree_failed`. */
  create(wish: NewSessionParams, origin: Origin): Promise<string>;
  /** Its agent is gone when it resolves; it can be read, and opened again. */
  close(id: string): Promise<void>;
  /**
   * Resolves with the id of the session in which it goes on. Rejects with `session_live` unless somebody chose what
   * becomes of one that is open in another program.
   */
  reopen(id: string, live?: LiveChoice): Promise<string>;
  /** Rejects with `scope_insufficient` where that is the desk's. */
  choose(mode: SpawnMode, desk: boolean): void;
  /** Closes the session. Rejects with `worktree_dirty` unless nothing is lost or that is `confirmed`. */
  removeWorktree(id: string, confirmed: boolean): Promise<RemoveWorktreeResult>;
}

/** The sessions that a client may see. */
export interface SessionDirectory {
  readonly spawner: SessionSpawner;
  /** Those that are open. */
  list(): Session[];
  get(id: string): Session | undefined;
  /**
   * Also one that is over, to read: its state is `ended` and it takes nothing. It is closed some time after it was
   * last asked for, so ask for each use. Rejects with `storage_failed` where it can't be read.
   */
  find(id: string): Promise<Session | undefined>;
  /** Sessions that are over, the one used last first; `before`: the `next` of the page before. */
  past(before: string | undefined, limit: number): Promise<PastResult>;
  /** What the agent itself remembers. Starts it. */
  agentSessions(params: AgentSessionsParams): Promise<AgentSessionsResult>;
  /**
   * Goes on with one of those, in the session that has its journal where there is one; resolves with the id of the
   * session in which it is open. Rejects with `session_unknown`, with `session_live` unless somebody chose what becomes
   * of one that is open in another program, or with why the agent did not open it.
   */
  continueAgentSession(id: string, live?: LiveChoice): Promise<string>;
  /** A session came, went or changed, or a client came or went. */
  readonly onChange: Event<void>;
  /** Everything of ClientState that is the same for all. */
  describe(): Omit<ClientState, 'you' | 'others'>;
  /** Files that go with prompts. */
  readonly attachments: AttachedFiles;
  /** Absent where there are none at all. */
  readonly terminals?: TerminalDirectory;
  /** @-files of a session's folder. Rejects with `superseded` when this client asks again meanwhile, or `signal` aborts. */
  files(
    session: Session,
    client: ClientIdentity,
    params: FilesParams,
    signal: AbortSignal,
  ): Promise<FilesResult['files']>;
  /** What a prompt for this session links to, which comes first from now on. Rejects with `path_not_allowed`. */
  filesLinked(session: Session, uris: readonly string[]): Promise<void>;
}

/** What only a client at the desk gets: `_offdesk/host/…`. */
export interface DeskPort {
  readonly status: HostStatus;
  readonly onStatus: Event<HostStatus>;
  handle(method: string, params: unknown): Promise<unknown>;
}

/** What a client's methods need. */
export interface MethodPorts {
  client: ClientIdentity;
  sessions: SessionDirectory;
}

/** What a method gets of a request; `signal` aborts when the client took it back. */
export interface Call {
  params: unknown;
  signal: AbortSignal;
}

/** Methods by their names, and how each is answered: with a result, or a rejection that has a code. */
export type MethodTable = Record<string, (call: Call) => Promise<unknown>>;

/** To read it, also when it is over. Rejects with `session_unknown`. */
export async function findSession(sessions: SessionDirectory, id: string): Promise<Session> {
  const session = sessions.get(id) ?? (await sessions.find(id));
  if (session) return session;
  throw new OffdeskError(
    'session_unknown',
    'This session is not here any more.',
    'Go back to the list of sessions.',
  );
}

/** To change it. Rejects with `session_ended` where it can only be read, with `session_unknown` where it is not. */
export async function openSession(sessions: SessionDirectory, id: string): Promise<Session> {
  const session = await findSession(sessions, id);
  if (session.state !== 'ended') return session;
  throw sessionOver();
}

export function sessionOver(): OffdeskError {
  return new OffdeskError(
    'session_ended',
    'This session is over: it can be read, and takes nothing more.',
    'Open it again, or start a new one.',
  );
}

/** To change it, by a client that may do all; rejects as above, or with `scope_insufficient`. */
export async function controlledSession({ client, sessions }: MethodPorts, id: string): Promise<Session> {
  requireScope(client, 'control');
  return openSession(sessions, id);
}

export function requireScope(client: ClientIdentity, needs: Scope): void {
  if (allows(client.scope(), needs)) return;
  throw new OffdeskError(
    'scope_insufficient',
    needs === 'control'
      ? 'This device may not send prompts or change the session.'
      : 'This device may only read.',
    'Raise what it may do at the computer, under Manage Devices.',
  );
}

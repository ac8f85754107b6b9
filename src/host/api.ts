/** What a shell (VS Code, CLI) gives to the host and gets from it. */
import type { Disposable } from '../base/disposable.ts';
import type { Clock } from '../base/clock.ts';
import type { ErrorShape } from '../base/error.ts';
import type { Event } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import type { FilePlace, HostStatus, ReachKind } from '../protocol/host-status.ts';
import type { ClientState, Scope } from '../protocol/methods.ts';
import type { ChoicesResult, NewSessionParams, SpawnMode, SpawnState } from '../protocol/new-session.ts';
import type { MessageTransport } from '../protocol/transport.ts';
import type { LoginPorts } from '../agent/authenticate.ts';
import type { LoginWay } from '../agent/login-ways.ts';
import type { PtyPort } from '../terminal/pty.ts';
import type { McpPorts, McpWord } from './mcp/mcp-ports.ts';

/** How an agent is named in settings and on the command line (kept with a session: session-store.ts). */
export type AgentChoice =
  | { kind: 'auto' }
  /** One that Offdesk knows (agent-names.ts). */
  | { kind: 'named'; name: string }
  /** Any ACP agent on stdio. */
  | ({ kind: 'command' } & AgentCommandLine)
  /** What was chosen is not described well; no start does without it. */
  | { kind: 'invalid'; error: ErrorShape };

export interface AgentCommandLine {
  /** What its user calls it; else it is called by its command. */
  name?: string;
  command: string;
  args: string[];
  /** Beside the host's own environment. */
  env?: Record<string, string>;
  /** An absolute path: where it is started. Its sessions work in the workspace all the same. */
  folder?: string;
}

export type RememberedReach = Exclude<ReachKind, 'lan' | 'cloudflared'>;

export interface HostSettings {
  agent: AgentChoice;
  /** Base URL of an own relay, such as `https://relay.example.org`; empty for the embedded one. */
  relay: string;
  /** An HTTPS address that leads to the embedded relay (a tunnel); empty for none. */
  publicUrl: string;
  /** Remembered reach; undefined until someone chose. `lan` never is, nor a quick tunnel, whose address will be another. */
  reach: RememberedReach | undefined;
  /** Port of the embedded relay; 0 to choose one once and keep it. */
  port: number;
  /** What is kept of sessions that are over; `defaultHistory` unless given. */
  history?: HistorySettings;
  /** How new sessions begin; `same-dir` unless given. */
  spawn?: SpawnMode;
  /** So many may be open at the same time; `limits.openSessions` unless given. */
  capacity?: number;
  /** The user's own, which new sessions can have. */
  agents?: (AgentCommandLine & { name: string })[];
  /** Absolute: further folders in which sessions may work. */
  folders?: string[];
}

/** Sessions that are over are removed whole, the one used longest ago first; 0 for no such bound. */
export interface HistorySettings {
  maxAgeDays: number;
  /** Of all sessions, the open ones included. */
  maxSizeMB: number;
}

export const defaultHistory: HistorySettings = { maxAgeDays: 90, maxSizeMB: 2048 };

/** The folders that are open in the shell, and what happens in them. All paths are absolute. */
export interface WorkspacePort {
  /** In the workspace's order. */
  folders(): readonly { name: string; path: string }[];
  /** Files that are open, the one in use first. */
  openFiles(): readonly string[];
  /** What the user hides in a folder, as `files.exclude` has it: counts where git has no say. */
  excluded(folder: string): readonly { glob: string; when?: string }[];
  /** Files and folders that came or went. Nothing is watched before somebody listens. */
  readonly onTouched: Event<readonly string[]>;
}

export interface HostPorts {
  clock: Clock;
  log: Log;
  /** `~/.offdesk` or a stand-in; created with mode 0700. */
  machineFolder: string;
  /** The folder with the built web client (`index.html`, …). */
  webFolder: string;
  /** Program and arguments that run `offdesk demo-agent` in a process of its own. */
  demoAgent: { command: string; args: string[]; env: Record<string, string> };
  /** PATH of the user's own terminals, where it is another than that of the environment. */
  terminalPath?(): string | undefined;
  /** Pseudoterminals; the native ones unless given. */
  pty?: PtyPort;
  /** What is in the editor of this file and not saved; undefined where it is not open, or as it is on disk. */
  readOpenFile?(path: string): Promise<string | undefined>;
  /**
   * Into the editor of this file, and saved; false where the disk has to be written instead. Rejects with `superseded`
   * where something there is not saved that who writes does not know.
   */
  writeOpenFile?(path: string, content: string, knows: (text: string) => boolean): Promise<boolean>;
  /** The user's shell, where the shell around this knows it better than the environment does. */
  shell?(): string | undefined;
  /** Shown on phones; the machine's name unless named. */
  hostName: string;
  /** Where the session works; an absolute path. */
  cwd: string;
  settings(): HostSettings;
  /** Keeps the chosen reach for next time. */
  rememberReach(kind: ReachKind, url: string | undefined): Promise<void>;
  /** The registration token of this relay (base URL) and no other's, from the shell's own secret store. */
  registrationToken(relay: string): Promise<string | undefined>;
  /** It is on in this folder and shall come back by itself after a reload or crash, until it is told otherwise. */
  rememberOn?(on: boolean): Promise<void>;
  /** MCP servers of `cwd` for the agent; without it none are passed on. */
  mcp?: McpPorts;
  /** What the shell knows of its workspace; without it the disk is looked at alone. */
  workspace?: WorkspacePort;
  /** What a desk client asks of its shell: `copyInvite`, `copySession`, `log`, `settings`, `login`, `move`, `openFile`. */
  act(act: string, file: FilePlace | undefined): Promise<void>;
}

/** Which earlier session of the host's folder to go on with, instead of a new one; `id`: Offdesk's or the agent's own. */
export type SessionWish = ({ kind: 'newest' } | { kind: 'id'; id: string }) & {
  /** What becomes of one that is open in another program, which else is refused with `session_live`. */
  live?: 'wait' | 'fork' | 'anyway' | undefined;
};

export interface AgentLogin {
  /** Of the agent. */
  name: string;
  /** In the agent's own order; empty where it offers none. */
  ways: readonly LoginWay[];
  /** What its user can do without Offdesk, a sentence. */
  hint: string;
  /** By a way of kind `call`; rejects with `agent_login_required`. */
  call(id: string, ports: LoginPorts): Promise<void>;
  /** After a login: starts the agent again in each session that waits for it. Rejects with what the start says. */
  again(): Promise<void>;
}

/** What a shell of its own may do with sessions, as a client that may do all (protocol/new-session.ts). */
export interface NewSessions {
  choices(): Promise<ChoicesResult>;
  /** Resolves with its id; its agent may still be starting. */
  start(wish: NewSessionParams): Promise<string>;
  /** Until this process ends. */
  setSpawn(mode: SpawnMode): Promise<void>;
  readonly spawn: SpawnState;
  /** Those that are open, as clients see them. */
  list(): ClientState['sessions'];
}

/** One per window or CLI process. All methods reject with OffdeskError. */
export interface RemoteHost extends Disposable {
  /** Of a host that is on. */
  readonly newSessions?: NewSessions;
  readonly status: HostStatus;
  readonly onStatus: Event<HostStatus>;
  /** One line per tool call, turn and device, for the CLI's terminal and the log. */
  readonly onActivity: Event<string>;
  /**
   * `agent: false` connects without starting an agent (default-on): it starts with the first prompt.
   * `invite`: whether to open an invite; without it one opens where the reach is known and nobody is paired.
   * `session`: rejects with `session_unknown`, which lists the newest, where there is none such, with `session_live` where
   * it is open in another program, and as the agent does where it does not open it.
   */
  start(options?: { agent?: boolean; invite?: boolean; session?: SessionWish }): Promise<void>;
  /** Nothing listens and no agent runs when it resolves; its sessions are over. */
  stop(): Promise<void>;
  /** As `stop`, but its sessions stay open: they come back when it starts again in this folder. */
  suspend(): Promise<void>;
  chooseReach(kind: ReachKind, url?: string): Promise<void>;
  /** Voids the open invite and makes a new one. */
  createInvite(): Promise<void>;
  /** Takes the open invite back. */
  closeInvite(): Promise<void>;
  decidePairing(id: string, allow: boolean, scope?: Scope): Promise<void>;
  changeDevice(id: string, change: { revoke: true } | { scope: Scope } | { name: string }): Promise<void>;
  dismissNotice(id: string): void;
  /** After `host_locked`: asks the process that runs remote control to stop, then starts here. Absent where it can't. */
  move?(): Promise<void>;
  /** How an agent can be logged in that was refused for want of a login; undefined where none was. */
  login?(): AgentLogin | undefined;
  /** Asks again which MCP servers the agent gets, from its next start on; `servers`: how many there are to ask about. */
  reviewMcp?(): Promise<{ servers: number; word: McpWord }>;
  /**
   * Serves a client at this desk (webview, chat), which may do all, until the transport closes. `counts: false`: it is no
   * surface of its own, and nobody is told that it is here.
   */
  connectDesk(transport: MessageTransport, options?: { counts?: boolean }): Disposable;
}

/** An agent's process: JSON lines on stdio, bounded, and gone with all its children when stopped. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import { groupsLeftBy, groupsOf, markVariable, signalGroups } from './family.ts';
import { launchIn, launchOf } from './launch.ts';
import { startOf, type ProcessIdentity } from './orphan.ts';

export interface AgentCommand {
  /** Shown to the user, such as `Claude Code`. */
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Where it is started, an absolute path; the session's folder unless given. */
  folder?: string;
  /** What to do where the command is missing. */
  installHint: string;
}

export interface AgentProcess {
  readonly stream: Stream;
  readonly pid: number | undefined;
  /** By which a later host ends it, should this one be killed; undefined where it did not start. */
  identity(): Promise<ProcessIdentity | undefined>;
  /** Lines on stdout that were no message, since the last one that was; some agents print a banner. */
  readonly garbageLines: number;
  /** Resolves once the process is gone; why in the user's words. */
  readonly exited: Promise<OffdeskError>;
  stop(): Promise<void>;
}

/** After so many lines in a row that are no message this is not an ACP agent. */
const garbageLimit = 100;

/** `family`: with this begins the mark that all have that it starts. Throws `agent_failed` for what cannot be a command. */
export function startProcess(agent: AgentCommand, cwd: string, log: Log, family?: string): AgentProcess {
  endWithThisProcess();
  const own = randomUUID();
  const mark = family === undefined ? own : `${family}.${own}`;
  const folder = agent.folder ?? cwd;
  return new RunningProcess(agent, spawned(agent, folder, mark), { folder, mark, log });
}

function spawned(agent: AgentCommand, cwd: string, mark: string): ChildProcessWithoutNullStreams {
  const env = agentEnvironment(agent);
  const { command, args, windowsVerbatimArguments } = launchOf(agent.command, agent.args, launchIn(env));
  try {
    return spawn(command, args, {
      cwd,
      env: { ...env, [markVariable]: mark },
      stdio: 'pipe',
      // A group of its own, so that what the agent started goes with it.
      detached: process.platform !== 'win32',
      windowsVerbatimArguments,
    });
  } catch (error) {
    throw notStarted(agent, error instanceof Error ? error.message : String(error));
  }
}

const notStarted = (agent: AgentCommand, why: string): OffdeskError =>
  new OffdeskError(
    'agent_failed',
    `${agent.name} could not be started: ${why}.`,
    'Check its command in Configure.',
  );

/** The system says the same of a command and of a folder that is not there. */
function notFound(agent: AgentCommand, folder: string): OffdeskError {
  if (!existsSync(folder)) return notStarted(agent, `${folder} is not there`);
  return new OffdeskError(
    'agent_missing',
    `${agent.name} is not installed on this computer.`,
    agent.installHint,
  );
}

/** One call for each agent that is not known to be gone with all that it started. */
const groups = new Set<() => void>();
let watching = false;

/** Agents are in groups of their own: whatever ends this process, they do not outlive it unless it is killed. */
function endWithThisProcess(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const killNow of groups) killNow();
  });
}

/** What the agent inherits, all but Offdesk's own credential, and what it is given. */
export function agentEnvironment(agent: Pick<AgentCommand, 'env'>): NodeJS.ProcessEnv {
  const { OFFDESK_REGISTRATION_TOKEN: _, ...rest } = process.env;
  return { ...rest, ...agent.env };
}

class RunningProcess implements AgentProcess {
  readonly stream: Stream;
  readonly exited: Promise<OffdeskError>;
  garbageLines = 0;
  readonly #agent: AgentCommand;
  readonly #mark: string;
  readonly #child: ChildProcessWithoutNullStreams;
  #stderr = '';
  #failure: OffdeskError | undefined;
  #gone = false;
  #asked = false;
  /** Process groups to be ended. */
  #groups: number[];
  /** Runs while what the agent left behind may still end by itself. */
  #grace: NodeJS.Timeout | undefined;

  constructor(
    agent: AgentCommand,
    child: ChildProcessWithoutNullStreams,
    { folder, mark, log }: { folder: string; mark: string; log: Log },
  ) {
    this.#agent = agent;
    this.#mark = mark;
    this.#groups = child.pid === undefined ? [] : [child.pid];
    this.#child = child;
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-limits.agentStderrBytes);
    });
    this.exited = new Promise((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        this.#gone = true;
        this.#endGrace();
        resolve(error.code === 'ENOENT' ? notFound(agent, folder) : notStarted(agent, error.message));
      });
      child.once('close', (code, signal) => {
        this.#gone = true;
        // Its group is empty: by now its number may be another's.
        if (!this.#kill(0)) this.#endGrace();
        log.write('info', 'agent process ended', { code: code ?? undefined, signal: signal ?? undefined });
        resolve(this.#failure ?? this.#exitError(code, signal));
      });
    });
    child.once('exit', () => this.#outlived());
    groups.add(this.#killNow);
    this.stream = { readable: this.#readable(), writable: this.#writable() };
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async identity(): Promise<ProcessIdentity | undefined> {
    const { pid } = this;
    if (pid === undefined) return undefined;
    return { pid, startedAt: await startOf(pid), mark: this.#mark };
  }

  async stop(): Promise<void> {
    if (!this.#asked) this.#lookAround();
    this.#asked = true;
    if (!this.#gone) {
      this.#child.stdin.end();
      this.#kill('SIGTERM');
      const timer = setTimeout(this.#killNow, limits.agentStopMs);
      await this.exited;
      clearTimeout(timer);
    }
    // Children that ignored the group's SIGTERM while their parent obeyed it.
    if (this.#grace) this.#killNow();
  }

  /** The agent itself has ended: what it started must not outlive it, nor hold its output open. */
  #outlived(): void {
    const { pid } = this;
    if (!this.#asked && pid !== undefined) this.#groups = [pid, ...groupsLeftBy(pid, this.#mark)];
    this.#kill('SIGTERM');
    this.#grace = setTimeout(() => {
      this.#killNow();
      this.#child.stdout.destroy();
      this.#child.stderr.destroy();
    }, limits.agentStopMs);
    this.#grace.unref();
  }

  #killNow = (): void => {
    this.#lookAround();
    this.#kill('SIGKILL');
    if (this.#gone) this.#endGrace();
  };

  #endGrace(): void {
    clearTimeout(this.#grace);
    this.#grace = undefined;
    groups.delete(this.#killNow);
  }

  /** While the agent runs its descendants can be told from what went its own ways. */
  #lookAround(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) this.#groups = groupsOf(pid);
  }

  /** Signals the agent and what is to be ended with it; false when nobody is left. */
  #kill(signal: NodeJS.Signals | 0): boolean {
    return process.platform === 'win32' ? this.#child.kill(signal) : signalGroups(this.#groups, signal);
  }

  #fail(error: OffdeskError): void {
    this.#failure ??= error;
    void this.stop();
  }

  #exitError(code: number | null, signal: string | null): OffdeskError {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code ?? 'unknown'}`;
    const last = killers.has(signal ?? '') ? undefined : lastWords(this.#stderr);
    const said = last ? ` It said: ${/[.!?]$/.test(last) ? last : `${last}.`}` : '';
    return new OffdeskError(
      'agent_exited',
      `${this.#agent.name} ${how}.${said}`,
      'Send a prompt to start it again.',
    );
  }

  #readable(): ReadableStream<AnyMessage> {
    let open = true;
    return new ReadableStream<AnyMessage>({
      cancel: () => {
        open = false;
      },
      start: (controller) => {
        let parts: Buffer[] = [];
        let size = 0;
        const line = (bytes: Buffer) => {
          if (bytes.every((byte) => byte <= 0x20)) return;
          let message: unknown;
          try {
            message = JSON.parse(bytes.toString('utf8'));
          } catch {
            message = undefined;
          }
          if (typeof message === 'object' && message !== null && 'jsonrpc' in message) {
            // Who speaks the protocol may print a warning now and then for days.
            this.garbageLines = 0;
            if (open) controller.enqueue(message as AnyMessage);
          } else if (++this.garbageLines > garbageLimit) {
            this.#fail(garbage(this.#agent));
          }
        };
        this.#child.stdout.on('data', (chunk: Buffer) => {
          let rest = chunk;
          for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
            line(Buffer.concat([...parts, rest.subarray(0, end)]));
            parts = [];
            size = 0;
            rest = rest.subarray(end + 1);
          }
          parts.push(rest);
          size += rest.length;
          if (size > limits.agentLineBytes) {
            parts = [];
            size = 0;
            this.#fail(garbage(this.#agent));
          }
        });
        void this.exited.then(() => {
          if (open) controller.close();
        });
      },
    });
  }

  #writable(): WritableStream<AnyMessage> {
    return new WritableStream<AnyMessage>({
      write: (message) =>
        new Promise((resolve) => {
          if (this.#gone) resolve();
          else this.#child.stdin.write(`${JSON.stringify(message)}\n`, () => resolve());
        }),
    });
  }
}

/** Signals of whoever ended it: what it had logged before explains nothing. */
const killers = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

/** What an agent said about its end: the last error among its last lines, else the last that is no stack frame. */
function lastWords(stderr: string): string | undefined {
  const lines = stripVTControlCharacters(stderr)
    .split('\n')
    // It goes to terminals too: nothing that could redraw one.
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim())
    .filter((line) => line !== '' && !/^at .*[(/:]|^Node\.js v\d/.test(line))
    .slice(-linesOfEnd);
  return (lines.findLast((line) => /error|fatal|panic/i.test(line)) ?? lines.at(-1))?.slice(0, 200);
}

/** Of stderr, stack frames left out: what came earlier is about something else. */
const linesOfEnd = 5;

export function garbage(agent: AgentCommand): OffdeskError {
  return new OffdeskError(
    'agent_garbage',
    `${agent.name} does not speak the Agent Client Protocol on its output.`,
    'Check its command in Configure; many agents need an argument such as --acp.',
  );
}

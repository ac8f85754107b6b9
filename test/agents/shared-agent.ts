/** A real agent whose sessions share a process where the catalog says so, each with a sink of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { knownAgent } from '../../src/agent/catalog.ts';
import type { McpServer } from '../../src/agent/mcp-supply.ts';
import { SharedProcesses } from '../../src/agent/shared-processes.ts';
import { Upstream } from '../../src/agent/upstream.ts';
import { silentLog } from '../../src/base/log.ts';
import { KeptSink } from '../support/kept-sink.ts';
import { agentCommand, type AnyAgent } from '../support/real-agents.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { within } from '../support/wait.ts';
import { patienceMs, type Place } from './agent-world.ts';

/** A session with what it was told and asked. */
export interface Member {
  agent: Upstream;
  sink: KeptSink;
  cwd: string;
  session: string;
  pid: number;
  /** Files that it read and wrote through its client. */
  files: string[];
}

export interface MemberOptions {
  /** Below the agent's folder; made where it is not there. */
  folder: string;
  servers?: McpServer[];
  shared?: boolean;
}

export class SharedAgent {
  readonly #name: AnyAgent;
  readonly #place: Place;
  readonly #folder: string;
  readonly #shared: SharedProcesses;
  readonly #all: Upstream[] = [];

  constructor(name: AnyAgent, place: Place) {
    this.#name = name;
    this.#place = place;
    this.#folder = tempFolder(`od-shared-${name}`);
    // Where the processes begin: no session works there.
    this.#shared = new SharedProcesses(this.folder('neutral'));
  }

  folder(name: string): string {
    const path = join(this.#folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A new session. */
  async member({ folder, servers = [], shared = true }: MemberOptions): Promise<Member> {
    const cwd = this.folder(folder);
    const { network, model } = this.#place;
    const own = agentCommand(this.#name, { home: this.folder('home'), modelUrl: model.url });
    const [command, args] = network.command(own.command, ...own.args);
    const { quirks } = knownAgent(this.#name).commands[0];
    const files: string[] = [];
    const pids: number[] = [];
    const agent = new Upstream({
      ...{ name: this.#name, command, args, env: own.env, installHint: '', loginHint: '', cwd },
      authMethod: this.#name === 'gemini' ? 'gemini-api-key' : undefined,
      ...(quirks && { quirks }),
      ...{ log: silentLog, startMs: 2 * patienceMs },
      ...(shared && { shared: this.#shared }),
      onProcess: (one) => void (one && pids.push(one.pid)),
      mcp: { servers: () => Promise.resolve(servers), notTaken: () => {} },
      tools: { files: filesOf(files) },
    });
    this.#all.push(agent);
    const sink = new KeptSink();
    const { session } = await within(agent.start(sink), 2 * patienceMs, `a session of ${this.#name}`);
    return { agent, sink, cwd, session, pid: pids.at(-1)!, files };
  }

  /** All processes are gone afterwards. */
  async dispose(): Promise<void> {
    await Promise.all(this.#all.map((agent) => agent.stop()));
    removeFolder(this.#folder);
  }
}

function filesOf(used: string[]) {
  return {
    read(path: string) {
      used.push(path);
      return Promise.resolve(undefined);
    },
    write(path: string, content: string) {
      used.push(path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return Promise.resolve();
    },
  };
}

/** Real coding agents against the scripted model: commands, environment, folders of their own (AGENT-FACTS.md). */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AcpProbe, childStream, type ProbeOptions } from './acp-probe.ts';
import { claudeAgent, node24, opencodeAgent, root } from './paths.ts';
import { start, type TestProcess } from './processes.ts';
import { createQuietNetwork, noQuietNetwork, sharedNetwork, type QuietNetwork } from './quiet-network.ts';
import { eventually } from './wait.ts';

export const realAgents = ['claude', 'opencode'] as const;
export type RealAgent = (typeof realAgents)[number];

export interface AgentCommand {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** Why it cannot run here; undefined where it can. */
export function agentMissing(name: RealAgent): string | undefined {
  const path = name === 'claude' ? claudeAgent : opencodeAgent;
  return existsSync(path) ? undefined : `${name} is not installed at ${path}: run node test/prepare.mjs`;
}

/**
 * How to start it. `home`: an empty folder of the test, for all that it writes; `modelUrl`: of the scripted
 * model. `env` is the whole environment: nothing of the machine's own accounts gets in.
 */
export function agentCommand(
  name: RealAgent,
  { home, modelUrl }: { home: string; modelUrl: string },
): AgentCommand {
  const env = { ...cleanEnvironment(home), ...agentEnvironment(name, modelUrl) };
  if (name === 'opencode') return { command: opencodeAgent, args: ['acp'], env };
  // The adapter declares Node 22.
  return { command: existsSync(node24) ? node24 : process.execPath, args: [claudeAgent], env };
}

/** Only what makes the agent use the scripted model, to add to another environment. */
export function agentEnvironment(name: RealAgent, modelUrl: string): Record<string, string> {
  switch (name) {
    case 'claude':
      return {
        ANTHROPIC_BASE_URL: modelUrl,
        ANTHROPIC_API_KEY: 'dummy',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        DISABLE_TELEMETRY: '1',
        // As root it refuses otherwise.
        IS_SANDBOX: '1',
      };
    case 'opencode': {
      const model = {
        name: 'Fake',
        tool_call: true,
        reasoning: true,
        limit: { context: 128_000, output: 8_000 },
      };
      const options = { baseURL: `${modelUrl}/v1`, apiKey: 'dummy' };
      const provider = {
        npm: '@ai-sdk/openai-compatible',
        name: 'Fake',
        options,
        models: { 'fake-model': model },
      };
      return {
        OPENCODE_CONFIG_CONTENT: JSON.stringify({
          model: 'fake/fake-model',
          small_model: 'fake/fake-model',
          provider: { fake: provider },
          permission: { edit: 'ask', bash: 'ask' },
          autoupdate: false,
          share: 'disabled',
        }),
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
      };
    }
  }
}

/** Home and temporary folders below `home`. */
export function cleanEnvironment(home: string): Record<string, string> {
  const tmp = join(home, 'tmp');
  mkdirSync(tmp, { recursive: true });
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
  };
}

export interface RunningAgent {
  probe: AcpProbe;
  stderr(): string;
  /** It and its children are gone afterwards. Idempotent. */
  stop(): Promise<void>;
}

/** Starts one with a plain ACP client on its stdio. */
export function startAgent(
  { command, args, env }: AgentCommand,
  { cwd, network = sharedNetwork, ...options }: ProbeOptions & { cwd: string; network?: QuietNetwork },
): RunningAgent {
  const child = spawn(...network.command(command, ...args), { cwd, env, stdio: 'pipe', detached: true });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-100_000)));
  child.on('error', (error) => (stderr += error.message));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const probe = new AcpProbe(childStream(child), options);
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group is gone.
    }
  };
  process.once('exit', () => kill('SIGKILL'));
  return {
    probe,
    stderr: () => stderr,
    async stop() {
      probe.connection.close();
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
      kill('SIGKILL');
    },
  };
}

export interface ModelProcess {
  url: string;
  /** What was asked of it so far, one JSON object each (LoggedRequest). */
  requests(): { marker?: string; step?: number; tool?: string; path: string; remembered?: string[] }[];
  stop(): Promise<void>;
}

/** The scripted model as a process, in a network that this process is not in. */
export async function startModelProcess(network: QuietNetwork, slowMs = 100): Promise<ModelProcess> {
  const script = join(root, 'test', 'model', 'main.ts');
  const [command, args] = network.command(process.execPath, '--import', 'tsx', script, String(slowMs));
  const model: TestProcess = start(command, args, { name: 'scripted model', cwd: root });
  const lines = (): { event: string; url?: string; path: string; marker?: string; remembered?: string[] }[] =>
    model.stdout.text
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as { event: string; path: string });
  const ready = await eventually(() => lines().find(({ event }) => event === 'listening'), {
    what: 'the scripted model',
  });
  return {
    url: ready.url!,
    requests: () => lines().filter(({ event }) => event === 'request'),
    stop: async () => void (await model.stop()),
  };
}

/**
 * For all tests of a `describe`: the scripted model in a network with loopback alone, or in this machine's own where
 * there can be no other. Skips them where no agent is installed. To be looked at inside tests only.
 */
export function agentsPlace(slowMs: number): Readonly<{ network: QuietNetwork; model: ModelProcess }> {
  let network = sharedNetwork;
  let model: ModelProcess | undefined;
  before(async function () {
    const missing = realAgents.map(agentMissing);
    if (missing.every(Boolean)) {
      console.log(`skipped: ${missing.join('; ')}`);
      this.skip();
    }
    const why = noQuietNetwork();
    if (why) console.log(`in this machine's own network: ${why}`);
    else network = await createQuietNetwork();
    model = await startModelProcess(network, slowMs);
  });
  after(async () => {
    await model?.stop();
    await network.dispose();
  });
  return {
    get network() {
      return network;
    },
    get model() {
      if (!model) throw new Error('the model is there inside tests');
      return model;
    },
  };
}

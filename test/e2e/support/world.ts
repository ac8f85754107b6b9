/** The place of the story: a workspace, an own relay, the real VS Code with the packaged extension, a phone. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import type { Needle } from '../../support/canary.ts';
import { vsixPath } from '../../support/paths.ts';
import { openPhone, type Phone } from '../../support/phone.ts';
import { listeningSocketsOf, type ListeningSocket } from '../../support/ports.ts';
import { processTree, type RunningProcess } from '../../support/process-table.ts';
import { run } from '../../support/processes.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../../support/vscode-server.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';
import { OwnRelay } from './own-relay.ts';
import { Surface } from './surface.ts';

/** Milliseconds between two words of the demo agent: slow enough to break something in the middle. */
const paceMs = 5;
/** What PATH leads to: git, and what a shell script needs; no agent, so the demo agent is the one to take. */
const programs = ['git', 'sh', 'ls', 'bash', 'env', 'uname', 'cat', 'sed', 'rm', 'ps', 'which'];

const pictures = 'story';
const mark = (): string => randomBytes(6).toString('hex');

/** Nothing of this may cross the relay. */
export const canaries = {
  folder: `canary-folder-${mark()}`,
  file: `canary-file-${mark()}.ts`,
  hostName: `Canary desk ${mark()}`,
  deviceName: `Canary phone ${mark()}`,
  readerName: `Canary reader ${mark()}`,
  prompt: `Grüß "Gott" & hello/${mark()}`,
  answer: `- canary line ${mark()}`,
};

export const isAgent = ({ command }: { command: string }): boolean => /\bdemo-agent\b/.test(command);

export class World {
  readonly relay: OwnRelay;
  readonly browser: TestBrowser;
  readonly server: VscodeServer;
  readonly desk: Workbench;
  readonly phone: Phone;
  readonly workspace: string;
  /** `~/.offdesk` of the extension. */
  readonly machine: string;
  readonly atDesk: Surface;
  readonly onPhone: Surface;
  readonly #folder: string;

  private constructor(parts: Parts, folder: string) {
    this.relay = parts.relay;
    this.browser = parts.browser;
    this.server = parts.server;
    this.desk = parts.desk;
    this.phone = parts.phone;
    this.#folder = folder;
    this.workspace = join(folder, canaries.folder);
    this.machine = join(folder, 'machine');
    this.atDesk = new Surface('desk', () => this.desk.webview());
    this.onPhone = new Surface('phone', () => this.phone.page);
  }

  static async open(): Promise<World> {
    const folder = tempFolder('od-story');
    const parts: Partial<Parts> = {};
    try {
      return new World(await openParts(folder, parts), folder);
    } catch (error) {
      await closeParts(parts);
      removeFolder(folder);
      throw error;
    }
  }

  /** Everything that listens below the VS Code server, its own socket and agents left out. */
  listeners(): ListeningSocket[] {
    return listeningSocketsOf(this.server.pid, { except: isAgent }).filter(
      ({ port }) => port !== this.server.port,
    );
  }

  /** All TCP ports, ever, of extension hosts: what listened for a moment alone is among them. */
  everListened(): ListenEntry[] {
    return readListenLog(join(this.#folder, 'listen.log')).filter(({ pid }) => pid !== this.server.pid);
  }

  agents(): RunningProcess[] {
    return processTree(this.server.pid).filter(isAgent);
  }

  /** Undefined until remote control has run. */
  machineFile(name: 'identity.json' | 'devices.json' | 'broker.json'): unknown {
    return readMachineFile(this.machine, name);
  }

  deviceId(name: string): string {
    const { devices = [] } = (this.machineFile('devices.json') ?? {}) as StoredKeys;
    const device = devices.find((candidate) => candidate.name === name);
    if (!device) throw new Error(`no device ${name}`);
    return device.id;
  }

  async picture(name: string): Promise<void> {
    await this.desk.picture(`${name}-desk`);
    await this.phone.picture(`${name}-phone`);
  }

  /** Another folder for another window. */
  async anotherWorkspace(): Promise<string> {
    const folder = join(this.#folder, 'another');
    await makeWorkspace(folder);
    return folder;
  }

  async close(): Promise<void> {
    await closeParts(this);
    removeFolder(this.#folder);
  }
}

interface Parts {
  relay: OwnRelay;
  server: VscodeServer;
  browser: TestBrowser;
  desk: Workbench;
  phone: Phone;
}

/** Each part is in `parts` as soon as it is there, so that it can be closed should a later one fail. */
async function openParts(folder: string, parts: Partial<Parts>): Promise<Parts> {
  const workspace = join(folder, canaries.folder);
  await makeWorkspace(workspace);
  const relay = (parts.relay = await OwnRelay.start());
  const server = (parts.server = await startVscodeServer({
    vsix: vsixPath(),
    nodeArgs: relay.nodeArgs,
    settings: { 'offdesk.hostName': canaries.hostName },
    env: {
      ...relay.hostEnv,
      PATH: makePath(join(folder, 'bin')),
      OFFDESK_HOME: join(folder, 'machine'),
      OFFDESK_TEST_LISTEN_LOG: join(folder, 'listen.log'),
      OFFDESK_DEMO_PACE_MS: String(paceMs),
    },
  }));
  const browser = (parts.browser = await launchBrowser({ ca: relay.ca }));
  const window = { folder: workspace, width: 1280, height: 940, pictures };
  const desk = (parts.desk = await openWorkbench(browser.browser, server, window));
  const phone = await openPhone(browser.browser, { pictures });
  return { relay, server, browser, desk, phone };
}

async function closeParts({ desk, browser, server, relay }: Partial<Parts>): Promise<void> {
  await desk?.close();
  await browser?.close();
  await server?.stop();
  await relay?.close();
}

export interface ListenEntry {
  pid: number;
  address: string;
  port: number;
}

/** What listen-log.cjs wrote. */
export function readListenLog(path: string): ListenEntry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as ListenEntry);
}

interface StoredKeys {
  noise?: { x: string; d: string };
  admission?: { d: string };
  devices?: { id: string; name: string; key: string }[];
  tombstones?: { key: string }[];
}

/** The keys in a machine folder that nobody else may see. The admission key's public half is the relay's to know. */
export function keyCanaries(machine: string): Needle[] {
  const { noise, admission } = readMachineFile(machine, 'identity.json') as Required<StoredKeys>;
  const { devices = [], tombstones = [] } = (readMachineFile(machine, 'devices.json') ?? {}) as StoredKeys;
  return [
    ['Noise private key', noise.d],
    ['Noise static key', noise.x],
    ['admission private key', admission.d],
    ...[...devices, ...tombstones].map(({ key }, index) => [`static key of device ${index}`, key]),
  ].map(([name = '', key = '']) => ({ name, value: Buffer.from(key, 'base64url') }));
}

function readMachineFile(machine: string, name: string): unknown {
  const path = join(machine, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

async function makeWorkspace(folder: string): Promise<void> {
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# A project\n');
  writeFileSync(join(folder, '.gitignore'), 'ignored-*\n');
  writeFileSync(join(folder, `ignored-${canaries.file}`), 'not for completion\n');
  writeFileSync(join(folder, 'src', canaries.file), 'export {};\n');
  await run('git', ['init', '--quiet', folder]);
}

function makePath(bin: string): string {
  mkdirSync(bin);
  for (const name of programs) {
    const found = (process.env.PATH ?? '')
      .split(':')
      .map((folder) => join(folder, name))
      .find((path) => existsSync(path));
    if (found) symlinkSync(found, join(bin, name));
  }
  return bin;
}

/** A real agent's place: a workspace, the CLI host, a phone and a scripted model in a network of their own. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Transcript } from '../../../src/transcript/items.ts';
import { agents } from '../../bed/places.mjs';
import { cliPath, root } from '../../support/paths.ts';
import { openPhone, type Phone, type PhoneOptions } from '../../support/phone.ts';
import { processTree, type RunningProcess } from '../../support/process-table.ts';
import { start, type TestProcess } from '../../support/processes.ts';
import type { QuietNetwork } from '../../support/quiet-network.ts';
import { agentCommand, type ModelProcess, type RealAgent } from '../../support/real-agents.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';
import { Surface } from './surface.ts';

/** Agents of hundreds of megabytes, on a machine that has other work. */
export const patienceMs = 90_000;

export interface AgentWorldOptions {
  network: QuietNetwork;
  model: ModelProcess;
  browser: Browser;
  phone?: PhoneOptions;
}

type Journal = Pick<Transcript, 'items' | 'queue' | 'title' | 'modes' | 'agent'>;

export class AgentWorld {
  readonly name: RealAgent;
  readonly workspace: string;
  readonly onPhone: Surface;
  phone!: Phone;
  host!: TestProcess;
  /** How the desk lists the phone. */
  phoneName = '';
  phoneId = '';
  readonly #options: AgentWorldOptions;
  readonly #folder: string;
  #reader: TestProcess | undefined;

  constructor(name: RealAgent, options: AgentWorldOptions) {
    this.name = name;
    this.#options = options;
    this.#folder = tempFolder('od-agents');
    this.workspace = join(this.#folder, 'garden-shed');
    mkdirSync(this.workspace);
    this.onPhone = new Surface(name, () => this.phone.page);
  }

  /** Starts the CLI host with this command line as its agent; resolves when there is a link to pair with. */
  async startHost(): Promise<string> {
    const { command, args } = this.#agent();
    const words = [command, ...args].map((word) => `'${word}'`).join(' ');
    return this.#start(['--agent-command', words]);
  }

  /** The same, with the agent found by its name on PATH. `env`: on top of what the agent needs. */
  startByName(env: Record<string, string | undefined> = {}): Promise<string> {
    return this.#start(['--agent', this.name], { ...this.#path(), ...env });
  }

  /** The same, with the first agent on PATH that is logged in: both are there, this one has its login. */
  startFirst(): Promise<string> {
    // As root Claude Code would refuse before it looks for its login.
    return this.#start([], { ...this.#path(), IS_SANDBOX: '1' });
  }

  #path(): { PATH: string } {
    const bins = join(agents.folder, 'node_modules', '.bin');
    return { PATH: [bins, dirname(process.execPath), this.#agent().env.PATH].join(':') };
  }

  async #start(agent: string[], env: Record<string, string | undefined> = {}): Promise<string> {
    const [command, args] = this.#options.network.command(
      process.execPath,
      ...[cliPath, 'remote-control', '--json', '--cwd', this.workspace, '--name', 'Workstation', ...agent],
    );
    this.host = start(command, args, {
      name: `offdesk with ${this.name}`,
      cwd: this.workspace,
      baseEnv: this.#agent().env,
      env: { OFFDESK_HOME: join(this.#folder, 'machine'), ...env },
    });
    return (await this.#line<{ url: string }>('ready')).url;
  }

  #agent() {
    return agentCommand(this.name, { home: join(this.#folder, 'home'), modelUrl: this.#options.model.url });
  }

  /** Opens the link on a phone, and allows it when both show the same digits. */
  async pair(link: string): Promise<{ shown: string; code: string }> {
    this.phone = await openPhone(this.#options.browser, { pictures: 'agents', ...this.#options.phone });
    this.phone.context.setDefaultTimeout(patienceMs);
    await this.phone.open(link);
    const digits = this.phone.page.getByRole('status').filter({ hasText: /^\d{3} \d{3}$/ });
    await digits.waitFor();
    const shown = await digits.innerText();
    const { code } = await this.#line<{ code: string }>('pairing');
    this.host.writeLine('y');
    const paired = await this.#line<{ device: string; id: string }>('paired');
    [this.phoneName, this.phoneId] = [paired.device, paired.id];
    await this.onPhone.message.waitFor();
    return { shown, code };
  }

  /** Lets a second client in, which reads the journal from then on. */
  async openReader(): Promise<void> {
    this.host.writeLine('invite');
    const { url } = await this.#line<{ url: string }>('invite');
    const script = join(root, 'test', 'e2e', 'support', 'journal-main.ts');
    const [command, args] = this.#options.network.command(process.execPath, '--import', 'tsx', script);
    this.#reader = start(command, args, { name: 'reader of the journal', cwd: root });
    this.#reader.writeLine(url);
    await this.#line('pairing');
    this.host.writeLine('y view');
    await this.#reader.stdout.waitForJson(({ event }) => event === 'paired', patienceMs);
  }

  /** The conversation as the journal has it, folded. */
  async journal(): Promise<Journal> {
    return (await this.journalRead()).transcript;
  }

  async journalRead(): Promise<{ transcript: Journal; cwd: string }> {
    assert.ok(this.#reader, 'openReader comes first');
    this.#reader.writeLine('read');
    return this.#reader.stdout.waitForJson(({ event }) => event === 'journal', patienceMs);
  }

  /** The first such event of the host so far. */
  event(name: string): Record<string, unknown> | undefined {
    return this.host.stdout.json.find(({ event }) => event === name);
  }

  #line<T>(event: string): Promise<T> {
    return this.host.stdout.waitForJson<T>((line) => line['event'] === event, patienceMs);
  }

  waitForActivity(text: RegExp): Promise<unknown> {
    return this.host.stdout.waitForJson(
      ({ event, text: said }) => event === 'activity' && text.test(String(said)),
      patienceMs,
    );
  }

  /** Waits until the phone shows at least so many words of a slow answer; how many. */
  waitForWords(count: number): Promise<number> {
    const look = async (): Promise<number> => {
      const text = await this.onPhone.log.locator('.item').last().innerText();
      return Number(/word(\d+)\s*$/.exec(text)?.[1] ?? 0);
    };
    return eventually(
      async () => {
        const words = await look();
        return words >= count && words;
      },
      { what: `${String(count)} words of ${this.name}`, timeoutMs: patienceMs },
    );
  }

  /** The agent's own process, which is the host's child, and what it started. */
  agentProcesses(): RunningProcess[] {
    return processTree(this.host.pid).filter(({ pid }) => pid !== this.host.pid);
  }

  has(file: string): boolean {
    return existsSync(join(this.workspace, file));
  }

  read(file: string): string {
    return readFileSync(join(this.workspace, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.workspace, file), text);
  }

  async close(): Promise<void> {
    await this.phone?.close();
    await this.#reader?.stop();
    await this.host?.stop('SIGINT');
    removeFolder(this.#folder);
  }
}

/** A real agent's place: a workspace, the CLI host, a phone and a scripted model in a network of their own. */
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
    const { PATH } = this.#agent().env;
    const bins = join(agents.folder, 'node_modules', '.bin');
    return this.#start(['--agent', this.name], {
      PATH: `${bins}:${dirname(process.execPath)}:${PATH ?? ''}`,
      ...env,
    });
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
    const { url } = await this.host.stdout.waitForJson<{ url: string }>(({ event }) => event === 'ready');
    return url;
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
    this.phoneName = (await this.#line<{ device: string }>('paired')).device;
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
    this.#reader!.writeLine('read');
    const read = await this.#reader!.stdout.waitForJson<{ transcript: Journal }>(
      ({ event }) => event === 'journal',
      patienceMs,
    );
    return read.transcript;
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

  /** The agent's own process: the host's child. */
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

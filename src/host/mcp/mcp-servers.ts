/** MCP servers of the folder on their way to the agent: nothing is passed on that the user did not let through. */
import { asOffdeskError, type OffdeskError } from '../../base/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { McpServer, McpSupply } from '../../agent/mcp-supply.ts';
import { limits } from '../../protocol/limits.ts';
import { consentTo, contentOf, keepConsent, type Consent } from './mcp-consent.ts';
import { serversOf, type FolderServers } from './mcp-folder.ts';
import type { AskingPorts, McpListing, McpPorts, McpWord } from './mcp-ports.ts';

export interface McpServersOptions {
  /** Absent where no servers are passed on. */
  ports: McpPorts | undefined;
  cwd: string;
  machineFolder: string;
  clock: Clock;
  log: Log;
  /** One sentence or two for the desk. */
  notice(message: string, code: string): void;
  /** One line for a terminal. */
  activity(line: string): void;
}

export class McpServers implements McpSupply {
  readonly #options: McpServersOptions;
  /** What was said to the desk already: the same is not said at each start of an agent. */
  readonly #told = new Set<string>();
  /** A question that is open, by the content that it is about. */
  #asking: { content: string; word: Promise<McpWord> } | undefined;
  /** Contents that were put off until remote control starts again. */
  readonly #later = new Set<string>();

  constructor(options: McpServersOptions) {
    this.#options = options;
  }

  /** Someone has just started remote control here: asks what was not asked, and waits, at most `mcpAnswerMs`. */
  async settle(): Promise<void> {
    this.#later.clear();
    this.#told.clear();
    const { ports, clock } = this.#options;
    if (!ports || !('confirm' in ports)) return;
    const { servers } = await this.#look(ports);
    if (servers.length === 0 || (await this.#consent(servers))) return;
    const word = this.#ask(ports, servers, true);
    await new Promise<void>((resolve) => {
      const late = clock.after(limits.mcpAnswerMs, resolve);
      void word.then(() => {
        late.dispose();
        resolve();
      });
    });
  }

  /** McpSupply. */
  async servers(): Promise<McpServer[]> {
    const { ports } = this.#options;
    if (!ports) return [];
    const found = await this.#look(ports);
    this.#tell(found);
    const { servers } = found;
    if (servers.length === 0 || !(await this.#mayPass(ports, servers))) return [];
    return servers.map(({ server }) => server);
  }

  async #mayPass(ports: McpPorts, servers: FolderServers['servers']): Promise<boolean> {
    if (!('confirm' in ports)) {
      const { passOn, hint } = ports;
      for (const { name, what } of servers)
        this.#once(
          `MCP server ${name}, ${passOn ? 'passed on' : `not passed on (${hint})`}: ${what}`,
          (line) => this.#options.activity(line),
        );
      return passOn;
    }
    const consent = await this.#consent(servers);
    if (consent === undefined) {
      this.#say(
        `MCP servers of this folder wait for your word and were not passed on: ${namesOf(servers)}. ` +
          'Review MCP Servers asks again; they count from the next start of the agent.',
        'confirmation_needed',
      );
      void this.#ask(ports, servers, false);
    }
    return consent === 'allow';
  }

  /** McpSupply. */
  notTaken(names: string[], kind: 'transport' | 'refused'): void {
    const why = kind === 'transport' ? 'has no such connection' : 'did not begin with them';
    this.#say(
      `MCP servers that the agent did not get, since it ${why}: ${names.join(', ')}.`,
      'agent_failed',
    );
  }

  /** Asks again, whatever was said before. It counts from the next start of the agent. */
  async review(): Promise<{ servers: number; word: McpWord }> {
    const { ports } = this.#options;
    const { servers, broken } = ports ? await this.#look(ports) : { servers: [], broken: [] };
    if (broken[0] && servers.length === 0) throw broken[0];
    if (!ports || !('confirm' in ports) || servers.length === 0) return { servers: 0, word: 'later' };
    return { servers: servers.length, word: await this.#ask(ports, servers, true) };
  }

  #look(ports: McpPorts): Promise<FolderServers> {
    return serversOf(this.#options.cwd, ports.sources());
  }

  #consent(servers: FolderServers['servers']): Promise<Consent | undefined> {
    const { cwd, machineFolder } = this.#options;
    return consentTo(machineFolder, cwd, digest(servers));
  }

  /** One question at a time for one content; what was put off is asked again when it is waited for alone. */
  #ask(ports: AskingPorts, servers: FolderServers['servers'], waits: boolean): Promise<McpWord> {
    const content = digest(servers);
    if (this.#asking?.content === content) return this.#asking.word;
    if (!waits && this.#later.has(content)) return Promise.resolve('later');
    const word = this.#asked(ports, servers.map(listing), content, waits).finally(() => {
      if (this.#asking?.word === word) this.#asking = undefined;
    });
    this.#asking = { content, word };
    return word;
  }

  async #asked(ports: AskingPorts, list: McpListing[], content: string, waits: boolean): Promise<McpWord> {
    const { cwd, machineFolder, log } = this.#options;
    const word = await ports.confirm(list, waits);
    log.write('info', 'mcp servers', { count: list.length, word });
    if (word === 'later') this.#later.add(content);
    else
      await keepConsent(machineFolder, cwd, content, word).catch((error: unknown) => {
        const { sentence, code } = asOffdeskError(error, 'storage_failed');
        this.#say(`Your answer on MCP servers is not kept. ${sentence}`, code);
      });
    return word;
  }

  #tell({ left, broken }: FolderServers): void {
    for (const { sentence, code } of broken) this.#say(sentence, code);
    if (left.length === 0) return;
    const list = left.map(({ name, why }) => `${name} ${why}`).join('; ');
    this.#say(`MCP servers that are not passed on: ${list}.`, 'settings_invalid');
  }

  #say(message: string, code: OffdeskError['code']): void {
    this.#once(message, () => this.#options.notice(message, code));
  }

  #once(message: string, say: (message: string) => void): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    say(message);
  }
}

/** In the order of the names, so that an order alone changes nothing. */
function digest(servers: FolderServers['servers']): string {
  const sorted = servers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return contentOf(sorted.map(({ content }) => content));
}

function listing({ name, what, from }: McpListing): McpListing {
  return { name, what, from };
}

function namesOf(servers: readonly { name: string }[]): string {
  return servers.map(({ name }) => name).join(', ');
}

/** `offdesk remote-control --json` as a test's desk: its events by name, its lines, and what it leaves behind. */
import { join } from 'node:path';
import { cliPath } from './paths.ts';
import { listeningSocketsOf, type ListeningSocket } from './ports.ts';
import { start, type Exit, type TestProcess } from './processes.ts';
import { tempFolder } from './temp-folder.ts';
import { eventually } from './wait.ts';

export interface CliHostOptions {
  /** After `remote-control --json`; the demo agent unless `--agent` or `--agent-command` is among them. */
  args?: string[];
  /** The machine folder; a new one by default. */
  home?: string;
  /** The workspace; a new empty one by default. */
  cwd?: string;
  env?: Record<string, string | undefined>;
}

/** One line of stdout. */
export type CliEvent = { event: string } & Record<string, unknown>;

/** Words of the demo agent follow each other this fast unless a test says otherwise. */
export const quickPaceMs = '3';

export class CliHost {
  readonly process: TestProcess;
  readonly home: string;
  readonly cwd: string;
  /** How many events of a name were awaited already. */
  readonly #taken = new Map<string, number>();

  constructor({ args = [], home = tempFolder('od-home'), cwd = tempFolder('od-ws'), env }: CliHostOptions) {
    this.home = home;
    this.cwd = cwd;
    const agent = args.some((arg) => arg.startsWith('--agent')) ? [] : ['--agent', 'demo'];
    this.process = start(
      process.execPath,
      [cliPath, 'remote-control', '--json', '--verbose', '--cwd', cwd, ...agent, ...args],
      { name: 'remote-control', env: { ...cliEnvironment(home), ...env } },
    );
  }

  /** The next event of this name that was not awaited yet; those before it that do not fit are passed over. */
  async event(
    name: string,
    fits: (event: CliEvent) => boolean = () => true,
    timeoutMs = 30_000,
  ): Promise<CliEvent> {
    const look = (): CliEvent | undefined => {
      const all = this.events(name);
      for (let at = this.#taken.get(name) ?? 0; at < all.length; at++) {
        const event = all[at];
        if (!event || !fits(event)) continue;
        this.#taken.set(name, at + 1);
        return event;
      }
      if (this.process.exit) throw new Error('it has ended');
      return undefined;
    };
    try {
      return await eventually(look, { what: `the event ${name}`, timeoutMs });
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.process.output}`, { cause: error });
    }
  }

  /** All so far. */
  events(name: string): CliEvent[] {
    return (this.process.stdout.json as CliEvent[]).filter(({ event }) => event === name);
  }

  /** The link of the next `ready`. */
  async ready(): Promise<string> {
    return (await this.event('ready')).url as string;
  }

  /** A new link. */
  async invite(): Promise<string> {
    this.say('invite');
    return (await this.event('invite')).url as string;
  }

  say(line: string): void {
    this.process.writeLine(line);
  }

  /** What host and agent listen on now. */
  listening(): ListeningSocket[] {
    return listeningSocketsOf(this.process.pid);
  }

  /** Ctrl-C; resolves when it and all that it started are gone. Idempotent. */
  async stop(): Promise<Exit> {
    return this.process.stop('SIGINT', 30_000);
  }
}

/** The environment of every CLI in tests: a home of its own, and no agent or relay of the developer's. */
export function cliEnvironment(home: string): Record<string, string | undefined> {
  return {
    OFFDESK_HOME: join(home, '.offdesk'),
    HOME: home,
    OFFDESK_DEMO_PACE_MS: quickPaceMs,
    OFFDESK_REGISTRATION_TOKEN: undefined,
    NODE_EXTRA_CA_CERTS: undefined,
  };
}

/** Starts a process of devices, lets them join one after another, and hears when they have a whole turn. */
import { start, type TestProcess } from '../../support/processes.ts';
import { eventually } from '../../support/wait.ts';
import type { Built } from '../host/build.ts';
import { Calls } from '../host/calls.ts';
import type { HostProcess } from '../host/host-process.ts';

/** Join the host by this link. `acks`: false for a client that takes in everything and never says so. */
export interface ClientCommand {
  do: 'join';
  link: string;
  acks: boolean;
}

/** A client has all of a turn. `at`: ms since the Unix epoch; `messages` and `chars` since it joined. */
export interface TurnSeen {
  client: number;
  turn: string;
  at: number;
  messages: number;
  chars: number;
}

export class ClientsProcess {
  readonly process: TestProcess;
  readonly #calls: Calls;
  #turns: TurnSeen[] = [];
  #count = 0;

  constructor(built: Built) {
    this.process = start(process.execPath, [built.clients], {
      name: 'bench clients',
      lifetimeMs: 3_600_000,
    });
    this.#calls = new Calls(this.process, (event) => this.#turns.push(event as unknown as TurnSeen));
  }

  /** Of this process. */
  get count(): number {
    return this.#count;
  }

  async join(host: HostProcess, acks = true): Promise<void> {
    const command: ClientCommand = { do: 'join', link: await host.invite(), acks };
    await this.#calls.call(command);
    this.#count++;
  }

  /** When each of them has the end of the turn. */
  async all(turn: string, timeoutMs = 120_000): Promise<TurnSeen[]> {
    const seen = (): TurnSeen[] => this.#turns.filter((entry) => entry.turn === turn);
    await eventually(() => seen().length === this.#count, { what: 'all clients to have it', timeoutMs });
    const result = seen();
    this.#turns = [];
    return result;
  }

  /** It takes in nothing from now on, and nobody is told. */
  freeze(): void {
    this.process.signal('SIGSTOP');
  }

  thaw(): void {
    this.process.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.process.stop('SIGKILL');
  }
}

/** An agent's process that several sessions share: each has it as if it were its own, until it leaves. */
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import { MessageRouter, type Seat } from './message-router.ts';
import type { ProcessIdentity } from './orphan.ts';
import type { AgentProcess } from './process.ts';

export class SharedProcess {
  readonly name: string;
  readonly #process: AgentProcess;
  readonly #router: MessageRouter;
  readonly #log: Log;
  readonly #seats = new Set<SeatedProcess>();
  readonly #folders = new Set<string>();
  /** Nobody joins it any more. */
  #over = false;
  /** Why it was ended, where its sessions did not ask for it. */
  #why: OffdeskError | undefined;
  /** Resolves once it is gone and all that it said was told. */
  readonly exited: Promise<void>;

  /** `name`: shown to the user. */
  constructor(name: string, agentProcess: AgentProcess, log: Log) {
    this.name = name;
    this.#process = agentProcess;
    this.#log = log;
    const { readable, writable } = agentProcess.stream;
    const writer = writable.getWriter();
    const send = (message: AnyMessage) => void writer.write(message).catch(() => {});
    this.#router = new MessageRouter({ send, log });
    this.exited = this.#exit(this.#read(readable));
  }

  /** Whether further sessions can begin in it; resolves once it has said what it can. */
  async takesMore(): Promise<boolean> {
    await Promise.race([this.#router.greeted, this.exited]);
    return !this.#over && this.#router.closes && !this.#router.wantsLogin;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether this session of the agent's is in it, or may still be. */
  holds(session: string): boolean {
    return this.#router.holds(session);
  }

  /** Whether a session of this folder is or was in it. */
  wasIn(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /** Not when it is over. */
  join(folder: string): AgentProcess {
    this.#folders.add(folder);
    const seat: SeatedProcess = new SeatedProcess(this.#process, {
      send: (message) => this.#router.fromSeat(seat, message),
      leave: () => this.#leave(seat),
    });
    this.#seats.add(seat);
    return seat;
  }

  async #leave(seat: SeatedProcess): Promise<void> {
    this.#seats.delete(seat);
    if (this.#seats.size === 0 || this.#over) {
      this.#over = true;
      await this.#process.stop();
      await this.exited;
    } else {
      const gone = this.exited.then(() => true);
      const quiet = await Promise.race([this.#router.leave(seat, limits.agentStopMs), gone]);
      // Its user wanted it to stop, and it may do anything: that goes before the others' work.
      if (!quiet) await this.#endAll();
    }
    seat.end(left(this.name));
  }

  async #endAll(): Promise<void> {
    this.#log.write('warn', 'did not end one of its sessions and is ended', { others: this.#seats.size });
    this.#over = true;
    this.#why = new OffdeskError(
      'agent_exited',
      `${this.name} did not stop in another session, and was ended.`,
      'Send a prompt to start it again.',
    );
    await this.#process.stop();
    await this.exited;
  }

  async #read(readable: ReadableStream<AnyMessage>): Promise<void> {
    const reader = readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#router.fromAgent(value);
      }
    } catch {
      // What nobody reads any more would look as if it were there.
      await this.#process.stop();
    }
  }

  async #exit(read: Promise<void>): Promise<void> {
    const error = await this.#process.exited;
    await read;
    this.#over = true;
    for (const seat of this.#seats) seat.end(this.#why ?? error);
  }
}

interface SeatPorts {
  send(message: AnyMessage): void;
  /** Resolves when nothing of its session goes on. */
  leave(): Promise<void>;
}

/** The process as one of its sessions has it. */
class SeatedProcess implements AgentProcess, Seat {
  readonly stream: Stream;
  readonly exited: Promise<OffdeskError>;
  readonly #process: AgentProcess;
  readonly #ports: SeatPorts;
  #reader!: ReadableStreamDefaultController<AnyMessage>;
  #open = true;
  #leaving: Promise<void> | undefined;
  #exited!: (error: OffdeskError) => void;

  constructor(agentProcess: AgentProcess, ports: SeatPorts) {
    this.#process = agentProcess;
    this.#ports = ports;
    this.exited = new Promise((resolve) => (this.#exited = resolve));
    this.stream = {
      readable: new ReadableStream<AnyMessage>({
        start: (controller) => void (this.#reader = controller),
        cancel: () => void (this.#open = false),
      }),
      writable: new WritableStream<AnyMessage>({ write: (message) => ports.send(message) }),
    };
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get garbageLines(): number {
    return this.#process.garbageLines;
  }

  identity(): Promise<ProcessIdentity | undefined> {
    return this.#process.identity();
  }

  take(message: AnyMessage): void {
    if (this.#open) this.#reader.enqueue(message);
  }

  /** Its session leaves; with the last one the process ends. */
  stop(): Promise<void> {
    return (this.#leaving ??= this.#ports.leave());
  }

  /** Idempotent. */
  end(error: OffdeskError): void {
    if (this.#open) this.#reader.close();
    this.#open = false;
    this.#exited(error);
  }
}

function left(name: string): OffdeskError {
  return new OffdeskError('agent_exited', `${name} is not running.`, 'Send the prompt again to start it.');
}

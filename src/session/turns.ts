/** Turns: of the prompts one at a time reaches the agent, each at most once. */
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Origin, PromptBlock, PromptOutcome } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { EarlierPrompt } from './earlier.ts';
import { sessionOver } from './client-port.ts';
import type { FactWriter } from './fact-writer.ts';
import type { Fate } from './journal.ts';
import { PromptQueue, type PromptEnd, type WaitingPrompt } from './prompt-queue.ts';

interface Running {
  prompt: WaitingPrompt;
  stoppedBy: Origin | undefined;
  /** Ends its waits: Stop, or the end of the session. */
  abort: AbortController;
  /** Rejects when the session ends, whether or not the agent says something. */
  lost: Promise<never>;
  lose(error: OffdeskError): void;
  over: Promise<void>;
}

export interface TurnsPorts {
  writer: FactWriter;
  /** What the journal knows of a prompt. */
  fate(id: string): Promise<Fate | undefined>;
  /** Journals the prompt's own text where the turn begins. */
  mirror(id: string, blocks: PromptBlock[], origin: Origin): void;
  /** Runs one turn at the agent, starting it first if need be; a prompt that was `stopped` meanwhile is not sent. */
  run(blocks: PromptBlock[], stopped: () => boolean): Promise<{ stopReason: string }>;
  /** Called between the agent's end and the fact of it: closes what the agent left open. */
  tidy(outcome: PromptOutcome): Promise<void>;
  changed(): void;
  log: Log;
}

const host: Origin = { kind: 'host' };
export const interrupted = 'Remote control was interrupted before the turn ended.';
const stopped = 'Remote control was stopped before the turn ended.';
const neverTaken = 'The session ended before the agent took it up.';

export class Turns {
  readonly #ports: TurnsPorts;
  /** What waits. */
  readonly queue: PromptQueue;
  /** Those that wait or run, and the last that ended; of all others the journal knows. */
  readonly #known = new Map<string, Promise<PromptEnd>>();
  readonly #ended: string[] = [];
  #running: Running | undefined;
  #closed = false;
  /** Closed until the session is back. */
  #waits = false;
  /** What is said of a turn that the session's end ends. */
  #ending = interrupted;
  /** Prompts are taken in the order in which they came. */
  #admitting: Promise<unknown> = Promise.resolve();

  constructor(ports: TurnsPorts) {
    this.#ports = ports;
    this.queue = new PromptQueue(ports);
  }

  get working(): boolean {
    return this.#running !== undefined;
  }

  /** Who stopped the running turn, which goes on until the agent has heard of it. */
  get stoppedBy(): Origin | undefined {
    return this.#running?.stoppedBy;
  }

  /** What waited when the host ended waits on, or begins. */
  restore(waiting: EarlierPrompt[], held: boolean): void {
    for (const prompt of waiting) this.#enqueue(prompt);
    this.queue.restore(held);
    this.#next();
  }

  /**
   * Resolves when the prompt's fate is known; a repeated id gets the same fate, also after a restart. Rejects with
   * `storage_failed`, and has not taken it, where the disk refuses it.
   */
  prompt(id: string, blocks: PromptBlock[], origin: Origin): Promise<PromptEnd> {
    const known = this.#known.get(id);
    if (known) return known;
    const taken = this.#admitting.then(() => this.#admit(id, blocks, origin));
    this.#admitting = taken.catch(() => {});
    const end = taken.then((taken) => taken.end);
    this.#known.set(id, end);
    end.then(
      () => this.#remember(id),
      () => this.#known.delete(id),
    );
    return end;
  }

  /** The fate of one that was taken before; undefined of any other. */
  async earlier(id: string): Promise<{ end: Promise<PromptEnd> } | undefined> {
    const known = this.#known.get(id);
    if (known) return { end: known };
    const past = await this.pastEnd(id);
    return past && { end: Promise.resolve(past) };
  }

  /** As the journal has it; undefined where it did not end yet, or never came. */
  async pastEnd(id: string): Promise<PromptEnd | undefined> {
    const fate = await this.#ports.fate(id);
    return fate && endOf(fate);
  }

  async #admit(id: string, blocks: PromptBlock[], origin: Origin): Promise<{ end: Promise<PromptEnd> }> {
    const past = await this.pastEnd(id);
    if (past) return { end: Promise.resolve(past) };
    if (this.#closed) throw this.#waits ? sessionEnded() : sessionOver();
    this.queue.checkRoom(blocks);
    this.#ports.writer.eventSafely({ type: 'prompt_received', id, prompt: blocks }, origin);
    const { end } = this.#enqueue({ id, blocks, origin });
    void this.#ports.writer.settle();
    this.#ports.changed();
    this.#next();
    return { end };
  }

  /**
   * It is the next, and the running turn is stopped: by `stop`, at once, so that what follows is not met by it. What
   * is held stays held, but for this one.
   */
  async now(id: string, origin: Origin, stop: () => Promise<void>): Promise<void> {
    this.queue.hurry(id, origin);
    let stopped: Promise<void> | undefined;
    if (this.#running) {
      this.#running.stoppedBy ??= origin;
      this.#running.abort.abort();
      stopped = stop();
    }
    await this.queue.settle();
    await stopped;
    this.#next();
  }

  async remove(id: string, origin: Origin): Promise<void> {
    await this.queue.remove(id, origin);
    this.#next();
  }

  async resume(origin: Origin): Promise<void> {
    await this.queue.resume(origin);
    this.#next();
  }

  /** Marks the running turn as stopped and holds what waits; false when nothing runs. */
  async stop(origin: Origin): Promise<boolean> {
    if (!this.#running) return false;
    this.#running.stoppedBy ??= origin;
    this.#running.abort.abort();
    await this.queue.hold(origin);
    return true;
  }

  /** What comes now is not taken any more, and nothing further begins; `waits`: until the session is back. */
  close(waits: boolean): void {
    this.#closed = true;
    this.#waits = waits;
    this.#ending = waits ? interrupted : stopped;
    this.#running?.abort.abort();
  }

  /** After `close`: the running turn is interrupted. What waits never begins, or `waits` until the session is back. */
  async end(waits: boolean): Promise<void> {
    if (waits && this.#running) await this.queue.hold(host);
    this.#running?.lose(sessionEnded());
    await this.#running?.over;
    for (const prompt of this.queue.takeAll()) {
      if (waits) {
        prompt.leave(
          new OffdeskError('closed', 'Remote control was interrupted.', 'The prompt waits until it is back.'),
        );
        continue;
      }
      const end = { outcome: 'interrupted', stopReason: 'cancelled', message: neverTaken } as const;
      this.#ports.writer.event({ type: 'turn_ended', id: prompt.id, ...end }, host);
      prompt.finish(end);
    }
  }

  #enqueue(waiting: EarlierPrompt): WaitingPrompt {
    const prompt = this.queue.add(waiting);
    const { id, end } = prompt;
    if (!this.#known.has(id)) {
      this.#known.set(id, end);
      void end.finally(() => this.#remember(id)).catch(() => {});
    }
    return prompt;
  }

  #remember(id: string): void {
    this.#ended.push(id);
    if (this.#ended.length > limits.rememberedIds) this.#known.delete(this.#ended.shift()!);
  }

  #next(): void {
    if (this.#running || this.#closed) return;
    const prompt = this.queue.take();
    if (!prompt) return;
    let lose!: (error: OffdeskError) => void;
    const lost = new Promise<never>((_, reject) => (lose = reject));
    lost.catch(() => {});
    const running: Running = {
      ...{ prompt, stoppedBy: undefined, abort: new AbortController(), lost, lose },
      over: Promise.resolve(),
    };
    this.#running = running;
    this.#ports.changed();
    running.over = this.#turn(running).finally(() => {
      this.#running = undefined;
      this.#ports.changed();
      this.#next();
    });
  }

  async #turn(running: Running): Promise<void> {
    const { id } = running.prompt;
    const end = await this.#attempt(running);
    const outcome = end.outcome as PromptOutcome;
    const message = end.message === undefined ? {} : { message: end.message };
    try {
      await this.#ports.tidy(outcome);
    } catch (error) {
      this.#ports.log.write('error', 'a turn left something open', { reason: asOffdeskError(error).code });
    }
    this.#ports.writer.event(
      { type: 'turn_ended', id, outcome, stopReason: end.stopReason, ...message },
      host,
    );
    await this.queue.settle().catch(() => {});
    running.prompt.finish(end);
  }

  async #attempt(running: Running): Promise<PromptEnd> {
    const { prompt, abort } = running;
    const { writer } = this.#ports;
    const isStopped = () => running.stoppedBy !== undefined;
    try {
      writer.event({ type: 'turn_started', id: prompt.id }, prompt.origin);
      this.#ports.mirror(prompt.id, prompt.blocks, prompt.origin);
      // What a crash would forget would be run again: while the disk refuses, nothing reaches the agent.
      await writer.durable(abort.signal);
      const run = this.#ports.run(prompt.blocks, isStopped);
      const { stopReason } = await Promise.race([run, running.lost]);
      const cancelled = isStopped() || stopReason === 'cancelled';
      return { outcome: cancelled ? 'cancelled' : 'done', stopReason };
    } catch (caught) {
      const error = asOffdeskError(caught, 'agent_failed');
      const lost = this.#closed || ['agent_exited', 'agent_garbage', 'closed'].includes(error.code);
      if (isStopped() && !lost) return { outcome: 'cancelled', stopReason: 'cancelled' };
      const message = this.#closed ? this.#ending : error.sentence;
      return { outcome: lost ? 'interrupted' : 'failed', stopReason: 'refusal', message };
    }
  }
}

/** What is said to whoever repeats a prompt that ended before the host came back. */
function endOf(fate: Fate): PromptEnd | undefined {
  switch (fate) {
    case 'done':
      return { outcome: 'done', stopReason: 'end_turn' };
    case 'cancelled':
    case 'removed':
      return { outcome: fate, stopReason: 'cancelled' };
    case 'failed':
      return { outcome: fate, stopReason: 'refusal', message: 'This prompt failed.' };
    case 'interrupted':
      return { outcome: fate, stopReason: 'refusal', message: interrupted };
    case 'changed':
      throw new OffdeskError('invalid_params', 'This id is that of a change.', 'Send it with another id.');
    case 'received':
    case 'running':
      return undefined;
  }
}

/** Nothing reaches it any more by this connection; a client keeps what it wrote. */
export function sessionEnded(): OffdeskError {
  return new OffdeskError('closed', 'This session has ended.', 'Start a new one at the computer.');
}

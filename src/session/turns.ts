/** Turns: a shared queue of prompts, of which one at a time reaches the agent, each at most once. */
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Origin, PromptBlock, PromptOutcome, SessionEvent } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';

export interface PromptEnd {
  outcome: PromptOutcome | 'removed';
  stopReason: string;
  message?: string;
}

interface Prompt {
  id: string;
  blocks: PromptBlock[];
  origin: Origin;
  size: number;
  end: Promise<PromptEnd>;
  finish(end: PromptEnd): void;
}

export interface TurnsPorts {
  /** Journals and syncs. */
  record(event: SessionEvent, origin: Origin): Promise<void>;
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

export class Turns {
  readonly #ports: TurnsPorts;
  readonly #known = new Map<string, Promise<PromptEnd>>();
  #queue: Prompt[] = [];
  #running: { prompt: Prompt; stoppedBy: Origin | undefined } | undefined;
  #held = false;
  #closed = false;

  constructor(ports: TurnsPorts) {
    this.#ports = ports;
  }

  get working(): boolean {
    return this.#running !== undefined;
  }

  /** Who stopped the running turn, which goes on until the agent has heard of it. */
  get stoppedBy(): Origin | undefined {
    return this.#running?.stoppedBy;
  }

  /** Resolves when the prompt's fate is known; a repeated id gets the same fate. */
  async prompt(id: string, blocks: PromptBlock[], origin: Origin): Promise<PromptEnd> {
    const known = this.#known.get(id);
    if (known) return known;
    if (this.#closed) throw sessionEnded();
    const size = JSON.stringify(blocks).length;
    if (size > limits.promptBytes) {
      throw new OffdeskError(
        'message_too_large',
        'This prompt is larger than 1 MB.',
        'Put the text into a file and name it with @.',
      );
    }
    const waiting = this.#queue.reduce((sum, prompt) => sum + prompt.size, 0);
    if (this.#queue.length >= limits.queuedPrompts || waiting + size > limits.queuedBytes) {
      throw new OffdeskError(
        'invalid_params',
        `${this.#queue.length} prompts are waiting already, and no more fit.`,
        'Remove some or wait.',
      );
    }
    let finish!: (end: PromptEnd) => void;
    const end = new Promise<PromptEnd>((resolve) => (finish = resolve));
    this.#known.set(id, end);
    this.#queue.push({ id, blocks, origin, size, end, finish });
    await this.#ports.record({ type: 'prompt_received', id, prompt: blocks }, origin);
    this.#next();
    return end;
  }

  async remove(id: string, origin: Origin): Promise<void> {
    const index = this.#queue.findIndex((prompt) => prompt.id === id);
    const prompt = this.#queue[index];
    if (!prompt) {
      throw new OffdeskError(
        'prompt_unknown',
        'This prompt is not waiting any more.',
        'Use Stop if it is running.',
      );
    }
    this.#queue.splice(index, 1);
    await this.#ports.record({ type: 'prompt_removed', id }, origin);
    prompt.finish({ outcome: 'removed', stopReason: 'cancelled' });
    if (this.#queue.length === 0 && this.#held) await this.resume(origin);
  }

  async resume(origin: Origin): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    await this.#ports.record({ type: 'queue_resumed' }, origin);
    this.#next();
  }

  /** Marks the running turn as stopped and holds what waits; false when nothing runs. */
  async stop(origin: Origin): Promise<boolean> {
    if (!this.#running) return false;
    this.#running.stoppedBy ??= origin;
    if (this.#queue.length > 0 && !this.#held) {
      this.#held = true;
      await this.#ports.record({ type: 'queue_held' }, origin);
    }
    return true;
  }

  /** The session ends: what waits is never sent. */
  close(): void {
    this.#closed = true;
    for (const prompt of this.#queue) prompt.finish({ outcome: 'interrupted', stopReason: 'cancelled' });
    this.#queue = [];
  }

  #next(): void {
    if (this.#running || this.#held || this.#closed) return;
    const prompt = this.#queue.shift();
    if (!prompt) return;
    this.#running = { prompt, stoppedBy: undefined };
    this.#ports.changed();
    void this.#turn(prompt).finally(() => {
      this.#running = undefined;
      this.#ports.changed();
      this.#next();
    });
  }

  async #turn(prompt: Prompt): Promise<void> {
    let end: PromptEnd;
    try {
      await this.#ports.record({ type: 'turn_started', id: prompt.id }, prompt.origin);
      this.#ports.mirror(prompt.id, prompt.blocks, prompt.origin);
      const { stopReason } = await this.#ports.run(prompt.blocks, () => this.stoppedBy !== undefined);
      const cancelled = this.stoppedBy !== undefined || stopReason === 'cancelled';
      end = { outcome: cancelled ? 'cancelled' : 'done', stopReason };
    } catch (caught) {
      const error = asOffdeskError(caught, 'agent_failed');
      const lost = error.code === 'agent_exited' || error.code === 'agent_garbage' || error.code === 'closed';
      const cancelled = this.stoppedBy !== undefined && !lost;
      end = cancelled
        ? { outcome: 'cancelled', stopReason: 'cancelled' }
        : { outcome: lost ? 'interrupted' : 'failed', stopReason: 'refusal', message: error.sentence };
    }
    try {
      const outcome = end.outcome as PromptOutcome;
      await this.#ports.tidy(outcome);
      const message = end.message === undefined ? {} : { message: end.message };
      await this.#ports.record(
        { type: 'turn_ended', id: prompt.id, outcome, stopReason: end.stopReason, ...message },
        host,
      );
    } catch (error) {
      this.#ports.log.write('error', 'a turn could not be journaled', { reason: asOffdeskError(error).code });
    }
    prompt.finish(end);
  }
}

export function sessionEnded(): OffdeskError {
  return new OffdeskError('closed', 'This session has ended.', 'Start a new one at the computer.');
}

/** The prompts that wait: one queue for all clients, in which each can be edited, moved, hurried and removed. */
import { OffdeskError } from '../base/error.ts';
import type { Origin, PromptBlock, PromptOutcome } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { EarlierPrompt } from './earlier.ts';
import type { FactWriter } from './fact-writer.ts';

export interface PromptEnd {
  outcome: PromptOutcome | 'removed';
  stopReason: string;
  message?: string;
}

export interface WaitingPrompt extends EarlierPrompt {
  size: number;
  end: Promise<PromptEnd>;
  finish(end: PromptEnd): void;
  /** It goes on waiting, but not here. */
  leave(error: OffdeskError): void;
}

export interface PromptQueuePorts {
  writer: FactWriter;
  changed(): void;
}

export class PromptQueue {
  readonly #ports: PromptQueuePorts;
  #waiting: WaitingPrompt[] = [];
  /** To be sent also while the others are held. */
  readonly #urgent = new Set<WaitingPrompt>();
  #held = false;

  constructor(ports: PromptQueuePorts) {
    this.#ports = ports;
  }

  /** As it was when the host before this one ended. */
  restore(held: boolean): void {
    this.#held = held;
  }

  /** At the end. */
  add({ id, blocks, origin }: EarlierPrompt): WaitingPrompt {
    let finish!: (end: PromptEnd) => void;
    let leave!: (error: OffdeskError) => void;
    const end = new Promise<PromptEnd>((resolve, reject) => {
      finish = resolve;
      leave = reject;
    });
    end.catch(() => {});
    const prompt = { id, blocks, origin, size: JSON.stringify(blocks).length, end, finish, leave };
    this.#waiting.push(prompt);
    return prompt;
  }

  /** The next to be sent, which then waits no more; undefined where there is none or all are held. */
  take(): WaitingPrompt | undefined {
    const next = this.#held ? this.#waiting.find((one) => this.#urgent.has(one)) : this.#waiting[0];
    if (next) this.#drop(next);
    return next;
  }

  /** All, which then wait no more. */
  takeAll(): WaitingPrompt[] {
    return this.#waiting.splice(0);
  }

  /** Throws `prompt_unknown` where it does not wait. */
  check(id: string): WaitingPrompt {
    const prompt = this.#waiting.find((waiting) => waiting.id === id);
    if (prompt) return prompt;
    throw new OffdeskError(
      'prompt_unknown',
      'This prompt is not waiting any more.',
      'Use Stop if it is running.',
    );
  }

  /** The prompt's size; throws where it does not fit beside those that wait, of which it may be one. */
  checkRoom(blocks: PromptBlock[], itself?: WaitingPrompt): number {
    const size = JSON.stringify(blocks).length;
    if (size > limits.promptBytes) {
      throw new OffdeskError(
        'message_too_large',
        'This prompt is larger than 1 MB.',
        'Put the text into a file and name it with @.',
      );
    }
    const others = this.#waiting.filter((waiting) => waiting !== itself);
    const waiting = others.reduce((sum, prompt) => sum + prompt.size, 0);
    if (others.length >= limits.queuedPrompts || waiting + size > limits.queuedBytes) {
      throw new OffdeskError(
        'invalid_params',
        `${others.length} prompts are waiting already, and no more fit.`,
        'Remove some or wait.',
      );
    }
    return size;
  }

  /** While it waits it says something else; `prompt_unknown` where it does not, here and below. */
  async edit(id: string, blocks: PromptBlock[], origin: Origin): Promise<void> {
    const prompt = this.check(id);
    const size = this.checkRoom(blocks, prompt);
    this.#ports.writer.eventSafely({ type: 'prompt_edited', id, prompt: blocks }, origin);
    Object.assign(prompt, { blocks, size });
    await this.settle();
  }

  /** To before another one that waits, or to the end. */
  async move(id: string, before: string | null, origin: Origin): Promise<void> {
    const prompt = this.check(id);
    if (before !== null) this.check(before);
    if (before === id) return;
    this.#order(prompt, before, origin);
    await this.settle();
  }

  /** It is the next, also while the others are held. */
  hurry(id: string, origin: Origin): void {
    const prompt = this.check(id);
    const [first] = this.#waiting;
    if (first && first !== prompt) this.#order(prompt, first.id, origin);
    this.#urgent.add(prompt);
  }

  async remove(id: string, origin: Origin): Promise<void> {
    const prompt = this.check(id);
    this.#ports.writer.eventSafely({ type: 'prompt_removed', id }, origin);
    this.#drop(prompt);
    await this.settle();
    prompt.finish({ outcome: 'removed', stopReason: 'cancelled' });
    if (this.#waiting.length === 0) await this.resume(origin);
  }

  async hold(origin: Origin): Promise<void> {
    if (this.#waiting.length === 0 || this.#held) return;
    this.#held = true;
    this.#ports.writer.event({ type: 'queue_held' }, origin);
    await this.settle();
  }

  async resume(origin: Origin): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    this.#ports.writer.event({ type: 'queue_resumed' }, origin);
    await this.settle();
  }

  /** What was said of it is durable when it resolves. */
  async settle(): Promise<void> {
    await this.#ports.writer.settle();
    this.#ports.changed();
  }

  #order(prompt: WaitingPrompt, before: string | null, origin: Origin): void {
    const queue = this.#waiting.filter((waiting) => waiting !== prompt);
    const place = queue.findIndex((waiting) => waiting.id === before);
    queue.splice(place < 0 ? queue.length : place, 0, prompt);
    this.#ports.writer.eventSafely({ type: 'queue_ordered', ids: queue.map((one) => one.id) }, origin);
    this.#waiting = queue;
  }

  #drop(prompt: WaitingPrompt): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== prompt);
    this.#urgent.delete(prompt);
  }
}

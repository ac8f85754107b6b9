/** Changes of queue, mode, options and name on their way: idempotent by id, sent again after a reconnect until answered. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import { methods } from '../../protocol/methods.ts';
import { newId } from './outbox.ts';

export type Change =
  | { kind: 'queueRemove'; prompt: string }
  | { kind: 'queueResume' }
  | { kind: 'queueEdit'; prompt: string; blocks: PromptBlock[] }
  /** `before`: the waiting prompt that shall follow it; null for the end. */
  | { kind: 'queueMove'; prompt: string; before: string | null }
  | { kind: 'queueNow'; prompt: string }
  /** `confirmed`: the user was told what a risky one means, and wants it. */
  | { kind: 'mode'; mode: string; confirmed?: boolean }
  | { kind: 'option'; option: string; value: string | boolean; confirmed?: boolean }
  | { kind: 'name'; name: string };

export interface PendingChange {
  id: string;
  change: Change;
}

/** Asked for again while on their way they mean nothing new. */
const once: ReadonlySet<Change['kind']> = new Set(['queueRemove', 'queueResume', 'queueNow']);

/** A new text of a waiting prompt that the computer did not take. */
export type ReturnedEdit = Extract<Change, { kind: 'queueEdit' }>;

export type SendChange = (method: string, params: object) => Promise<unknown>;

export class Changes {
  /** Not answered yet, oldest first. */
  readonly pending = signal<readonly PendingChange[]>([]);
  /** Why the last one was refused; null when it was not, or another was made since. */
  readonly refused = signal<ErrorShape | null>(null);
  /** Refused, oldest first: what was written stays here until it is written anew, sent or discarded. */
  readonly returned = signal<readonly ReturnedEdit[]>([]);
  #send: SendChange | undefined;

  /** The same one twice is once; a newer choice of the same thing takes the place of one that has not been sent. */
  make(change: Change): void {
    this.refused.value = null;
    if (change.kind === 'queueEdit') this.letGo(change.prompt);
    const same = this.pending.value.find((other) => aim(other.change) === aim(change));
    if (same && once.has(change.kind)) return;
    const pending = { id: newId(), change };
    const others = this.#send ? this.pending.value : this.pending.value.filter((other) => other !== same);
    this.pending.value = [...others, pending];
    this.#try(pending);
  }

  /** Somebody has looked after the text that came back. */
  letGo(prompt: string): void {
    this.returned.value = this.returned.value.filter((edit) => edit.prompt !== prompt);
  }

  open(send: SendChange): void {
    this.#send = send;
    for (const pending of this.pending.value) this.#try(pending);
  }

  close(): void {
    this.#send = undefined;
  }

  #try(pending: PendingChange): void {
    const { method, params } = requestOf(pending);
    this.#send?.(method, params).then(
      () => this.#end(pending),
      (thrown: unknown) => {
        const error = asOffdeskError(thrown);
        if (error.code === 'closed') return;
        this.#end(pending);
        if (pending.change.kind === 'queueEdit') this.#giveBack(pending.change);
        // The journal shows what became of a prompt that no longer waits.
        if (error.code !== 'prompt_unknown') this.refused.value = error.toShape();
      },
    );
  }

  /** One that has a successor on its way is out of date. */
  #giveBack(edit: ReturnedEdit): void {
    if (this.pending.value.some(({ change }) => aim(change) === aim(edit))) return;
    this.returned.value = [...this.returned.value.filter(({ prompt }) => prompt !== edit.prompt), edit];
  }

  #end({ id }: PendingChange): void {
    this.pending.value = this.pending.value.filter((other) => other.id !== id);
  }
}

/** What a change is about: the newest of several wins. */
function aim(change: Change): string {
  switch (change.kind) {
    case 'queueRemove':
      return `remove ${change.prompt}`;
    case 'queueResume':
      return 'resume';
    case 'queueEdit':
      return `edit ${change.prompt}`;
    case 'queueMove':
      return `move ${change.prompt}`;
    case 'queueNow':
      return `now ${change.prompt}`;
    case 'mode':
    case 'name':
      return change.kind;
    case 'option':
      return `option ${change.option}`;
  }
}

/** The session's id is for the sender to add. */
function requestOf({ id, change }: PendingChange): { method: string; params: object } {
  const confirmed = 'confirmed' in change && change.confirmed ? { confirmed: true } : {};
  const _meta = { offdesk: { change: id, ...confirmed } };
  switch (change.kind) {
    case 'name':
      return { method: methods.sessionName, params: { name: change.name, change: id } };
    case 'queueRemove':
      return { method: methods.queueRemove, params: { id: change.prompt, change: id } };
    case 'queueResume':
      return { method: methods.queueResume, params: { change: id } };
    case 'queueEdit': {
      const { prompt, blocks } = change;
      return { method: methods.queueEdit, params: { id: prompt, prompt: blocks, change: id } };
    }
    case 'queueMove': {
      const { prompt, before } = change;
      return { method: methods.queueMove, params: { id: prompt, before, change: id } };
    }
    case 'queueNow':
      return { method: methods.queueNow, params: { id: change.prompt, change: id } };
    case 'mode':
      return { method: 'session/set_mode', params: { modeId: change.mode, _meta } };
    case 'option': {
      const { option: configId, value } = change;
      const type = typeof value === 'boolean' ? { type: 'boolean' } : {};
      return { method: 'session/set_config_option', params: { configId, value, ...type, _meta } };
    }
  }
}

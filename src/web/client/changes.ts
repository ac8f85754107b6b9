/** Changes of queue, mode and options on their way: idempotent by id, sent again after a reconnect until answered. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { methods } from '../../protocol/methods.ts';
import { newId } from './outbox.ts';

export type Change =
  | { kind: 'queueRemove'; prompt: string }
  | { kind: 'queueResume' }
  | { kind: 'mode'; mode: string }
  | { kind: 'option'; option: string; value: string | boolean };

export interface PendingChange {
  id: string;
  change: Change;
}

export type SendChange = (method: string, params: object) => Promise<unknown>;

export class Changes {
  /** Not answered yet, oldest first. */
  readonly pending = signal<readonly PendingChange[]>([]);
  /** Why the last one was refused; null when it was not, or another was made since. */
  readonly refused = signal<ErrorShape | null>(null);
  #send: SendChange | undefined;

  /** The same one twice is once; a newer choice of the same thing takes the place of one that has not been sent. */
  make(change: Change): void {
    this.refused.value = null;
    const same = this.pending.value.find((other) => aim(other.change) === aim(change));
    if (same && (change.kind === 'queueRemove' || change.kind === 'queueResume')) return;
    const pending = { id: newId(), change };
    const others = this.#send ? this.pending.value : this.pending.value.filter((other) => other !== same);
    this.pending.value = [...others, pending];
    this.#try(pending);
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
        // The journal shows what became of a prompt that no longer waits.
        if (error.code !== 'prompt_unknown') this.refused.value = error.toShape();
      },
    );
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
    case 'mode':
      return 'mode';
    case 'option':
      return `option ${change.option}`;
  }
}

/** The session's id is for the sender to add. */
function requestOf({ id, change }: PendingChange): { method: string; params: object } {
  const _meta = { offdesk: { change: id } };
  switch (change.kind) {
    case 'queueRemove':
      return { method: methods.queueRemove, params: { id: change.prompt, change: id } };
    case 'queueResume':
      return { method: methods.queueResume, params: { change: id } };
    case 'mode':
      return { method: 'session/set_mode', params: { modeId: change.mode, _meta } };
    case 'option': {
      const { option: configId, value } = change;
      const type = typeof value === 'boolean' ? { type: 'boolean' } : {};
      return { method: 'session/set_config_option', params: { configId, value, ...type, _meta } };
    }
  }
}

/** Answers on their way: idempotent by id, sent again after a reconnect, until the host says what became of them. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import type { Answer } from '../../protocol/facts.ts';
import type { AnswerResult } from '../../protocol/methods.ts';
import { newId } from './outbox.ts';

export type AnswerState =
  | { kind: 'sending'; id: string; answer: Answer }
  | { kind: 'applied' }
  | { kind: 'alreadyAnswered'; by: string }
  | { kind: 'refused'; error: ErrorShape };

export type SendAnswer = (question: string, id: string, answer: Answer) => Promise<AnswerResult>;

export class Answers {
  /** By question. */
  readonly states = signal<ReadonlyMap<string, AnswerState>>(new Map());
  #send: SendAnswer | undefined;

  give(question: string, answer: Answer): void {
    const state = this.states.value.get(question);
    // The first answer of this device stands; a second tap changes nothing.
    if (state && state.kind !== 'refused') return;
    const sending = { kind: 'sending', id: newId(), answer } as const;
    this.#set(question, sending);
    this.#try(question, sending);
  }

  open(send: SendAnswer): void {
    this.#send = send;
    for (const [question, state] of this.states.value)
      if (state.kind === 'sending') this.#try(question, state);
  }

  close(): void {
    this.#send = undefined;
  }

  #try(question: string, state: AnswerState & { kind: 'sending' }): void {
    this.#send?.(question, state.id, state.answer).then(
      (result) =>
        this.#set(
          question,
          result.result === 'applied' ? { kind: 'applied' } : { kind: 'alreadyAnswered', by: result.by },
        ),
      (thrown: unknown) => {
        const error = asOffdeskError(thrown);
        if (error.code !== 'closed') this.#set(question, { kind: 'refused', error: error.toShape() });
      },
    );
  }

  #set(question: string, state: AnswerState): void {
    this.states.value = new Map(this.states.value).set(question, state);
  }
}

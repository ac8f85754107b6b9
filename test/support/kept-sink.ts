/** A session's side of an agent, for tests: keeps what it is told, and answers as the test says. */
import type { OffdeskError } from '../../src/base/error.ts';
import type { RawUpdate } from '../../src/protocol/facts.ts';
import type { AgentSink, QuestionEnd, QuestionKind } from '../../src/session/agent-port.ts';

export interface KeptQuestion {
  kind: QuestionKind;
  request: Record<string, unknown>;
  withdrawn: AbortSignal;
}

export class KeptSink implements AgentSink {
  readonly updates: RawUpdate[] = [];
  readonly questions: KeptQuestion[] = [];
  /** Updates, and `exited`, in the order in which they were told. */
  readonly order: string[] = [];
  end: OffdeskError | undefined;
  answer: (withdrawn: AbortSignal, question: KeptQuestion) => Promise<QuestionEnd> = () =>
    Promise.resolve({ outcome: 'cancelled' });

  update(update: RawUpdate): void {
    this.updates.push(update);
    this.order.push('update');
  }

  ask(kind: QuestionKind, request: Record<string, unknown>, withdrawn: AbortSignal): Promise<QuestionEnd> {
    const question = { kind, request, withdrawn };
    this.questions.push(question);
    return this.answer(withdrawn, question);
  }

  exited(error: OffdeskError): void {
    this.end = error;
    this.order.push('exited');
  }

  /** What the agent said so far. */
  get text(): string {
    return this.updates
      .map((update) => (update['content'] as { text?: string } | undefined)?.text ?? '')
      .join('');
  }
}

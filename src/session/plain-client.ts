/** A client that knows no `_offdesk` method gets questions as plain ACP requests. */
import type { AgentContext } from '@agentclientprotocol/sdk';
import { answerSchema, type Fact, type Origin } from '../protocol/facts.ts';
import type { Session } from './session.ts';

export class PlainClient {
  readonly #client: AgentContext;
  readonly #origin: Origin;
  readonly #mayAnswer: () => void;
  readonly #asked = new Map<string, AbortController>();

  /** `mayAnswer` throws where the client's scope does not allow it. */
  constructor(client: AgentContext, origin: Origin, mayAnswer: () => void) {
    this.#client = client;
    this.#origin = origin;
    this.#mayAnswer = mayAnswer;
  }

  see(session: Session, fact: Fact): void {
    const event = fact.event;
    if (event?.type === 'question_opened') void this.#ask(session, event.id, event.kind, event.request);
    else if (event?.type === 'question_closed') {
      this.#asked.get(event.id)?.abort();
      this.#asked.delete(event.id);
    }
  }

  async #ask(session: Session, id: string, kind: string, request: Record<string, unknown>): Promise<void> {
    const asked = new AbortController();
    this.#asked.set(id, asked);
    try {
      this.#mayAnswer();
      const method = kind === 'permission' ? 'session/request_permission' : 'elicitation/create';
      const response = await this.#client.request<Record<string, unknown>>(
        method as string,
        { ...request, sessionId: session.id },
        { cancellationSignal: asked.signal, stopWaitingOnCancel: true },
      );
      const answer = answerSchema.parse(kind === 'permission' ? response['outcome'] : response);
      await session.answer(id, `plain-${id}`, answer, this.#origin);
    } catch {
      // Another was first, the client cannot ask, or it is gone: the question stays open for the others.
    } finally {
      this.#asked.delete(id);
    }
  }
}

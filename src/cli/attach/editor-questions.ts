/** The agent's open questions as requests to a plain ACP editor; the first answer wins, wherever it is given. */
import { RequestError, type AgentContext, type ClientCapabilities } from '@agentclientprotocol/sdk';
import type { Disposable } from '../../base/disposable.ts';
import { asOffdeskError } from '../../base/error.ts';
import { answerSchema, type Answer } from '../../protocol/facts.ts';
import { asChoice, type Choice } from './form-choice.ts';

export interface EditorQuestionsOptions {
  client: AgentContext;
  sessionId: string;
  capabilities: ClientCapabilities | undefined;
  mayAnswer(): boolean;
  /** Sent until the host has answered. Rejects where it refuses the answer. */
  answer(params: { id: string; question: string; answer: Answer }): Promise<unknown>;
  say(text: string): Promise<void>;
}

type Kind = 'permission' | 'elicitation';

export class EditorQuestions implements Disposable {
  readonly #options: EditorQuestionsOptions;
  readonly #asked = new Map<string, AbortController>();

  constructor(options: EditorQuestionsOptions) {
    this.#options = options;
  }

  /** The same one told twice is asked once. */
  opened(id: string, kind: Kind, request: Record<string, unknown>): void {
    if (this.#asked.has(id)) return;
    const asked = new AbortController();
    this.#asked.set(id, asked);
    void this.#ask(id, kind, request, asked);
  }

  closed(id: string): void {
    this.#asked.get(id)?.abort();
    this.#asked.delete(id);
  }

  /** Offdesk's own question; false unless it was answered with yes. */
  async confirm(what: string, why: string): Promise<boolean> {
    const toolCallId = `offdesk-${crypto.randomUUID()}`;
    const response = await this.#options.client.request<{ outcome?: { optionId?: unknown } }>(
      'session/request_permission' as string,
      {
        sessionId: this.#options.sessionId,
        toolCall: { toolCallId, title: `${why} (${what})`, kind: 'switch_mode', status: 'pending' },
        options: [
          { optionId: 'yes', name: 'Switch', kind: 'allow_once' },
          { optionId: 'no', name: 'Leave it as it is', kind: 'reject_once' },
        ],
      },
    );
    return response.outcome?.optionId === 'yes';
  }

  dispose(): void {
    for (const id of [...this.#asked.keys()]) this.closed(id);
  }

  async #ask(
    id: string,
    kind: Kind,
    request: Record<string, unknown>,
    asked: AbortController,
  ): Promise<void> {
    const { mayAnswer, answer, say } = this.#options;
    try {
      while (!asked.signal.aborted && mayAnswer()) {
        const given = await this.#given(kind, request, asked.signal);
        if (!given) return await say(`${words(request)} (Answer on your phone or at the computer.)`);
        if (asked.signal.aborted) return;
        try {
          await answer({ id: crypto.randomUUID(), question: id, answer: given });
          return;
        } catch (caught) {
          const error = asOffdeskError(caught);
          if (error.code !== 'answer_invalid') return;
          await say(error.sentence);
        }
      }
    } catch {
      // Another was first, or the editor cannot ask or is gone: it stays open for the others.
    }
  }

  /** Undefined where this editor has no way to ask that. */
  async #given(
    kind: Kind,
    request: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    if (kind === 'permission') {
      const response = await this.#request('session/request_permission', request, signal);
      return answerSchema.parse(response['outcome']);
    }
    const { elicitation } = this.#options.capabilities ?? {};
    const able = request['mode'] === 'url' ? elicitation?.url : elicitation?.form;
    if (able) return answerSchema.parse(await this.#request('elicitation/create', request, signal));
    const choice = asChoice(request);
    return choice && (await this.#choose(choice, signal));
  }

  async #choose({ request, content }: Choice, signal: AbortSignal): Promise<Answer> {
    const response = await this.#request('session/request_permission', request, signal);
    const { optionId } = (response['outcome'] ?? {}) as { optionId?: unknown };
    const chosen = content.get(String(optionId));
    return chosen ? { action: 'accept', content: chosen } : { action: 'decline' };
  }

  async #request(
    method: string,
    request: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    if (signal.aborted) throw RequestError.requestCancelled();
    return this.#options.client.request<Record<string, unknown>>(
      method,
      { ...request, sessionId: this.#options.sessionId },
      { cancellationSignal: signal, stopWaitingOnCancel: true },
    );
  }
}

function words(request: Record<string, unknown>): string {
  const message = request['message'];
  return typeof message === 'string' && message !== '' ? message : 'The agent asks a question.';
}

/** Open questions of the agent: the first answer wins, everyone learns whose it was. */
import { OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import { limits } from '../protocol/limits.ts';
import type { Answer, Origin } from '../protocol/facts.ts';
import type { AnswerResult } from '../protocol/methods.ts';
import type { QuestionEnd, QuestionKind } from './agent-port.ts';
import type { FactWriter } from './fact-writer.ts';
import { checkFormAnswer } from './form-answer.ts';

interface Question {
  kind: QuestionKind;
  request: Record<string, unknown>;
  settle(end: QuestionEnd): void;
}

interface Closed {
  by: string;
  answerId: string | undefined;
}

export function originName(origin: Origin): string {
  switch (origin.kind) {
    case 'desk':
      return 'the desk';
    case 'agent':
      return 'the agent';
    case 'host':
      return 'the computer';
    case 'device':
    case 'editor':
      return origin.name ?? 'another device';
  }
}

const titleChars = 120;

/** What a question is about, in one plain line; '' where it does not say. */
export function questionTitle(request: Record<string, unknown>): string {
  const toolCall = request['toolCall'] as { title?: unknown } | null | undefined;
  return plainLine(toolCall?.title, titleChars) || plainLine(request['message'], titleChars);
}

export class Questions {
  readonly #writer: FactWriter;
  readonly #changed: () => void;
  readonly #open = new Map<string, Question>();
  /** The last ones: whoever repeats an answer, or comes too late with one, hears whose it was. */
  readonly #closed = new Map<string, Closed>();
  #count: number;

  /** `count`: at least as many as were ever asked in this session, so that no id comes again. */
  constructor(writer: FactWriter, count: number, changed: () => void) {
    this.#writer = writer;
    this.#count = count;
    this.#changed = changed;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Oldest first. */
  get open(): { id: string; request: Record<string, unknown> }[] {
    return [...this.#open].map(([id, { request }]) => ({ id, request }));
  }

  /** Journals the question and waits for its end. */
  async ask(
    kind: QuestionKind,
    request: Record<string, unknown>,
    withdrawn: AbortSignal,
    agent: Origin,
  ): Promise<QuestionEnd> {
    const id = `q${++this.#count}`;
    const end = new Promise<QuestionEnd>((settle) => {
      this.#open.set(id, { kind, request, settle });
    });
    this.#writer.event({ type: 'question_opened', id, kind, request }, agent);
    await this.#settle();
    const withdraw = () => void this.#close(id, { outcome: 'withdrawn' }, agent, undefined);
    if (withdrawn.aborted) withdraw();
    else withdrawn.addEventListener('abort', withdraw, { once: true });
    return end.finally(() => withdrawn.removeEventListener('abort', withdraw));
  }

  /** `answerId` makes a repeated answer of the same client come out as `applied` again. */
  async answer(question: string, answerId: string, answer: Answer, origin: Origin): Promise<AnswerResult> {
    const known = this.#open.get(question);
    if (known) {
      checkAnswer(known.kind, known.request, answer);
      await this.#close(question, asAgreed(known.request, answer), origin, answerId);
      return { result: 'applied' };
    }
    const closed = this.#closed.get(question);
    if (!closed) {
      throw new OffdeskError(
        'question_unknown',
        'This question is not known here.',
        'Reload the conversation.',
      );
    }
    if (closed.answerId === answerId) return { result: 'applied' };
    return { result: 'alreadyAnswered', by: closed.by };
  }

  /** Ends all open ones alike: `cancelled` by Stop, `withdrawn` when the agent is gone. */
  async closeAll(outcome: 'cancelled' | 'withdrawn', origin: Origin): Promise<void> {
    await Promise.all(
      [...this.#open].map(([id, question]) => {
        const cancelled: QuestionEnd =
          question.kind === 'permission' ? { outcome: 'cancelled' } : { action: 'cancel' };
        return this.#close(id, outcome === 'cancelled' ? cancelled : { outcome }, origin, undefined);
      }),
    );
  }

  async #close(id: string, end: QuestionEnd, origin: Origin, answerId: string | undefined): Promise<void> {
    const question = this.#open.get(id);
    if (!question) return;
    this.#open.delete(id);
    this.#closed.set(id, { by: originName(origin), answerId });
    const [oldest] = this.#closed.keys();
    if (this.#closed.size > limits.rememberedIds && oldest !== undefined) this.#closed.delete(oldest);
    this.#writer.event({ type: 'question_closed', id, answer: end }, origin);
    await this.#settle();
    question.settle(end);
  }

  /**
   * A full disk holds up no answer: it might be the one that makes room, and a question dies with its agent, so
   * that no crash makes it take effect twice.
   */
  async #settle(): Promise<void> {
    await this.#writer.settle();
    this.#changed();
  }
}

/** Only an accepted form has a content (ACP). */
function asAgreed(request: Record<string, unknown>, answer: Answer): Answer {
  if ('outcome' in answer || (answer.action === 'accept' && request['mode'] !== 'url')) return answer;
  return { action: answer.action };
}

/** An answer must be one that the agent offered, and small enough to be kept and shown everywhere. */
function checkAnswer(kind: QuestionKind, request: Record<string, unknown>, answer: Answer): void {
  if (JSON.stringify(answer).length > limits.answerChars) {
    throw new OffdeskError('message_too_large', 'This answer is too long.', 'Shorten it and send it again.');
  }
  if (kind === 'permission') {
    if ('outcome' in answer && answer.outcome === 'cancelled') return;
    const options = Array.isArray(request['options'])
      ? (request['options'] as ({ optionId?: unknown } | null)[])
      : [];
    if ('outcome' in answer && options.some((option) => option?.optionId === answer.optionId)) return;
  } else if ('action' in answer) {
    if (answer.action === 'accept' && request['mode'] !== 'url')
      checkFormAnswer(request, answer.content ?? {});
    return;
  }
  throw new OffdeskError(
    'invalid_params',
    'This answer is none that the agent offered.',
    'Choose one of its options.',
  );
}

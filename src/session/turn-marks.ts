/** Turns by what was said in them: so one is known again where its agent tells it anew, with other ids and in other pieces. */
import type { RawUpdate } from '../protocol/facts.ts';
import { asBlock, asString, blockText } from '../transcript/raw.ts';
import { updateKind } from '../transcript/update-kind.ts';

/** Of a prompt, and of the answer's first text, so much is compared. */
const promptChars = 1_024;
const answerChars = 256;

export interface TurnMark {
  /** All that its user wrote, without white space. */
  prompt: string;
  /** What the agent said before it did anything else, without white space. */
  answer: string;
  /** Agents tell its prompt as it was: text alone, and no command. */
  plain: boolean;
  /** Updates that its prompt came in; without message ids they may be several prompts. */
  pieces: number;
  /** It ended by itself: its agent has it. */
  done: boolean;
  /** Of its first update among all that were seen, counted from 0. */
  at: number;
}

/** Fed with the updates of one session of the agent's, in order. */
export class TurnMarks {
  #marks: TurnMark[] = [];
  #seen = 0;
  /** What the last turn is at; only its first text counts as its answer. */
  #part: 'prompt' | 'answer' | 'rest' = 'rest';
  #messageId: string | undefined;

  /** Oldest first. */
  get all(): readonly TurnMark[] {
    return this.#marks;
  }

  /** What was seen belongs to another session of the agent's. */
  forget(): void {
    this.#marks = [];
    this.#part = 'rest';
  }

  /** What is written now begins another turn, also where the one before showed nothing. */
  parts(): void {
    this.#part = 'rest';
  }

  /** The last one did not end by itself: the agent may not have it. */
  broken(): void {
    const last = this.#marks.at(-1);
    if (last) last.done = false;
  }

  see(update: RawUpdate): void {
    const at = this.#seen++;
    if (update.sessionUpdate === 'user_message_chunk') return this.#prompt(update, at);
    const last = this.#marks.at(-1);
    const kind = updateKind(update);
    if (!last || kind === 'state' || kind === 'notice') return;
    if (update.sessionUpdate !== 'agent_message_chunk') this.#part = last.answer === '' ? 'answer' : 'rest';
    else if (this.#part !== 'rest') {
      this.#part = 'answer';
      last.answer = joined(last.answer, blockText(asBlock(update['content'])) ?? '', answerChars);
    }
  }

  #prompt(update: RawUpdate, at: number): void {
    if (isAside(update)) {
      if (this.#part === 'prompt') this.#part = 'answer';
      return;
    }
    const text = blockText(asBlock(update['content']));
    const messageId = asString(update['messageId']);
    let mark = this.#marks.at(-1);
    if (!mark || this.#part !== 'prompt' || messageId !== this.#messageId) {
      const plain = !text?.trimStart().startsWith('/');
      mark = { prompt: '', answer: '', plain, pieces: 0, done: true, at };
      this.#marks.push(mark);
    }
    mark.pieces++;
    this.#part = 'prompt';
    this.#messageId = messageId;
    if (text === undefined) mark.plain = false;
    else mark.prompt = joined(mark.prompt, text, promptChars);
  }
}

const asideTag = '(?:system-reminder|session_context|(?:local-)?command-[a-z]+)';
const asides = [
  new RegExp(`^<${asideTag}>[^]*</${asideTag}>$`),
  /^\[(?:Request interrupted|Function Response)[^\]]*\]$/,
];

/**
 * What agents add to their user's messages for the model, and tell as their user's when a session is loaded: Kimi Code
 * its `<system-reminder>`, Claude Code `[Request interrupted by user]` and the parts of a command, Gemini CLI its
 * `<session_context>` and `[Function Response: …]`.
 */
export function isAside(update: RawUpdate): boolean {
  if (update.sessionUpdate !== 'user_message_chunk') return false;
  const text = blockText(asBlock(update['content']))?.trim() ?? '';
  return asides.some((aside) => aside.test(text));
}

function joined(known: string, more: string, chars: number): string {
  return known.length >= chars ? known : (known + more.replace(/\s+/g, '')).slice(0, chars);
}

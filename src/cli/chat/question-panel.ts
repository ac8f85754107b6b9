/** The open question of the agent in the terminal: shown in full, answered by keys, once. */
import { isLasting, optionsOf, pageOf, type PermissionOption } from '../../transcript/asked.ts';
import type { QuestionItem } from '../../transcript/items.ts';
import { askedLines, lastingWords, optionLines, planOf, type AskedBy } from './asked-lines.ts';
import type { Conversation } from './conversation.ts';
import { Form } from './form.ts';
import { linesIn, type Line } from './lines.ts';
import type { Press } from './press.ts';

export class QuestionPanel {
  readonly item: QuestionItem;
  readonly #chat: Conversation;
  readonly #by: AskedBy;
  readonly #form: Form | undefined;
  /** An answer that lasts, before it is confirmed. */
  #lasting: PermissionOption | undefined;
  /** What the user says to a plan: it follows the answer. */
  #comment = '';
  /** Lines of what is asked that are above the shown ones. */
  #above = 0;
  #most = 0;

  constructor(chat: Conversation, item: QuestionItem, by: AskedBy) {
    this.item = item;
    this.#chat = chat;
    this.#by = by;
    const { request, questionKind } = item;
    if (questionKind === 'elicitation' && request && request['mode'] !== 'url')
      this.#form = new Form(request, (answer) => chat.answer(item.questionId, answer));
  }

  /** It takes all keys that type. */
  get typing(): boolean {
    return this.#form !== undefined;
  }

  get sending(): boolean {
    return this.#chat.answering(this.item.questionId);
  }

  /** A text that was written while a plan is open; false where it is a message of its own. */
  comment(text: string): boolean {
    if (planOf(this.item, this.#by) === undefined) return false;
    this.#comment = text;
    return true;
  }

  /** `empty`: nothing is being written, so that a digit is an answer. */
  press(press: Press, empty: boolean): boolean {
    if (this.sending) return false;
    if (this.#form) return this.#form.press(press);
    if (this.#lasting) return this.#confirm(this.#lasting, press);
    if (press.name === 'up' || press.name === 'down')
      return empty && this.#scroll(press.name === 'up' ? -3 : 3);
    if (!empty || !/^[1-9]$/.test(press.text)) return false;
    const digit = Number(press.text);
    const { request, questionKind, questionId } = this.item;
    if (questionKind === 'elicitation') {
      const page = pageOf(String(request?.['url'] ?? ''));
      if (digit === 1 && page) this.#chat.answer(questionId, { action: 'accept' });
      if (digit === 2) this.#chat.answer(questionId, { action: 'decline' });
      return true;
    }
    const option = optionsOf(request)[digit - 1];
    if (!option) return true;
    if (isLasting(option)) this.#lasting = option;
    else this.#select(option);
    return true;
  }

  /** At most `rows`: what is asked scrolls, the answers stay. */
  lines(cells: number, rows: number): Line[] {
    const answers = this.#answers(cells);
    const asked = askedLines(this.item, this.#by, cells);
    const room = Math.max(rows - answers.length, 3);
    if (asked.length <= room) return [...asked, ...answers];
    this.#most = asked.length - room + 1;
    this.#above = Math.min(this.#above, this.#most);
    const shown = asked.slice(this.#above, this.#above + room - 1);
    const left = asked.length - this.#above - shown.length;
    const more = `… lines ${this.#above + 1} to ${asked.length - left} of ${asked.length} · ↑↓ reads on`;
    return [...shown, ...linesIn(more, 'quiet', cells).slice(0, 1), ...answers];
  }

  #answers(cells: number): Line[] {
    if (this.sending) return linesIn('Sending your answer', 'quiet', cells);
    if (this.#form) return this.#form.lines(cells);
    if (this.#lasting) return linesIn(lastingWords(this.#lasting), 'warning', cells);
    const plan = planOf(this.item, this.#by) !== undefined;
    return [
      ...optionLines(this.item, cells),
      ...(this.#comment === '' ? [] : linesIn(`Sent after your answer: ${this.#comment}`, 'quiet', cells)),
      ...(plan && this.#comment === ''
        ? linesIn('A comment can be written below: it is sent after your answer.', 'quiet', cells)
        : []),
    ];
  }

  #confirm(option: PermissionOption, { text, name }: Press): boolean {
    if (text === 'y') this.#select(option);
    else if (text !== 'n' && name !== 'escape') return true;
    this.#lasting = undefined;
    return true;
  }

  #select({ optionId }: PermissionOption): void {
    this.#chat.answer(this.item.questionId, { outcome: 'selected', optionId });
    // After the answer: what the agent does now comes first, then this.
    if (this.#comment !== '') this.#chat.prompt(this.#comment);
  }

  #scroll(by: number): boolean {
    if (this.#most === 0) return false;
    this.#above = Math.max(0, Math.min(this.#above + by, this.#most));
    return true;
  }
}

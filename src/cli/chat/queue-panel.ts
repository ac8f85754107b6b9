/** What waits, one row each: chosen by arrows, edited, moved, sent now or taken out by a letter. */
import type { PromptItem } from '../../transcript/items.ts';
import { beforeWhenMoved, textOfBlocks } from '../../transcript/queue-edit.ts';
import { plainLine } from '../../base/plain-text.ts';
import type { Conversation } from './conversation.ts';
import { linesIn, type Line } from './lines.ts';
import type { Press } from './press.ts';
import { cut } from './wrap.ts';

export class QueuePanel {
  readonly #chat: Conversation;
  readonly #edit: (item: PromptItem) => void;
  /** The chosen prompt, wherever it stands by now. */
  #chosen: string | undefined;
  /** Sending it now stops the running turn: asked once more. */
  #sure = false;

  constructor(chat: Conversation, edit: (item: PromptItem) => void) {
    this.#chat = chat;
    this.#edit = edit;
    this.#chosen = chat.transcript.queue.at(-1)?.promptId;
  }

  /** Nothing waits any more. */
  get over(): boolean {
    return this.#chat.transcript.queue.length === 0;
  }

  press({ text, name }: Press): boolean {
    const { queue, turn } = this.#chat.transcript;
    const index = this.#index();
    const item = queue[index];
    if (!item) return false;
    if (item.promptId !== this.#chosen) {
      // What was chosen has gone: a key for it is for no other.
      this.#chosen = item.promptId;
      this.#sure = false;
      return true;
    }
    const sure = this.#sure;
    this.#sure = false;
    if (name === 'up' || name === 'down') {
      this.#chosen = queue[index + (name === 'up' ? -1 : 1)]?.promptId ?? item.promptId;
      return true;
    }
    switch (name === 'enter' ? 'e' : text) {
      case 'e':
        this.#edit(item);
        return true;
      case 'x':
        this.#chosen = (queue[index + 1] ?? queue[index - 1])?.promptId;
        this.#chat.removeQueued(item.promptId);
        return true;
      case 'u':
      case 'd': {
        const before = beforeWhenMoved(queue, index, text === 'u' ? -1 : 1);
        if (before !== undefined) this.#chat.moveQueued(item.promptId, before);
        return true;
      }
      case 's':
        if (turn && !sure) this.#sure = true;
        else this.#chat.sendNow(item.promptId);
        return true;
      default:
        return false;
    }
  }

  lines(cells: number): Line[] {
    const { queue } = this.#chat.transcript;
    const index = this.#index();
    const rows = queue.map((item, row): Line => {
      const here = row === index;
      const words = plainLine(textOfBlocks([...item.blocks]).replaceAll('\n', ' '));
      const from = item.origin.kind === 'device' ? ` (${plainLine(item.origin.name ?? '')})` : '';
      return {
        text: cut(`${here ? '› ' : '  '}${row + 1} ${words}${from}`, cells),
        tone: here ? 'chosen' : 'plain',
      };
    });
    const help = this.#sure
      ? linesIn('This stops what the agent does now. s once more sends it.', 'warning', cells)
      : linesIn('e edit · u up · d down · s send now · x take out · Esc back', 'quiet', cells);
    return [{ text: 'Waiting messages', tone: 'own' }, ...rows, ...help];
  }

  #index(): number {
    const { queue } = this.#chat.transcript;
    const index = queue.findIndex(({ promptId }) => promptId === this.#chosen);
    return index === -1 ? queue.length - 1 : index;
  }
}

/** The message being written in the terminal: its keys, the commands and files that fit, and its lines. */
import { visible } from '../../base/unseen.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import {
  commandIn,
  commandQueryAt,
  commandsOf,
  matchCommands,
  type Command,
} from '../../transcript/commands.ts';
import type { Conversation } from './conversation.ts';
import { FileCompletion } from './file-completion.ts';
import { LineEditor } from './line-editor.ts';
import { linesIn, type Line } from './lines.ts';
import type { Press } from './press.ts';
import { cut } from './wrap.ts';

const shownCommands = 6;
const shownLines = 8;

export class DraftBox {
  /** The waiting message whose text this is. */
  editing: string | undefined;
  readonly #chat: Conversation;
  readonly #line = new LineEditor();
  readonly #files: FileCompletion;
  /** Of the commands that fit. */
  #active = 0;

  /** `changed`: there is something else to draw, without a key. */
  constructor(chat: Conversation, changed: () => void) {
    this.#chat = chat;
    this.#files = new FileCompletion(this.#line, (query, limit) => chat.files(query, limit), changed);
  }

  get text(): string {
    return this.#line.text;
  }

  set(text: string): void {
    this.#line.set(text);
  }

  /** To an empty one that is of no waiting message. */
  giveUp(): void {
    this.#line.set('');
    this.#files.close();
    this.editing = undefined;
  }

  /** True when the list of files used the key. */
  inFiles(press: Press): boolean {
    return this.#files.press(press);
  }

  /** True when the list of commands used the key, which Tab is always for. */
  inCommands({ name }: Press): boolean {
    const found = this.#found();
    const chosen = found[this.#active];
    if (name === 'tab') {
      if (chosen !== undefined) this.set(`/${chosen} `);
      return true;
    }
    if (chosen === undefined) return false;
    if (name === 'up' || name === 'down')
      this.#active = (this.#active + (name === 'up' ? -1 : 1) + found.length) % found.length;
    else if (name === 'enter' && (this.#active > 0 || this.text !== `/${chosen}`)) this.set(`/${chosen} `);
    else return false;
    return true;
  }

  write(press: Press): void {
    this.#active = 0;
    if (this.#line.press(press)) this.#files.look();
  }

  /** To the files that were chosen and that the text names. */
  takeLinks(text: string): PromptBlock[] {
    return this.#files.take(text);
  }

  /** What fits, above the text. */
  offered(cells: number): Line[] {
    return [...this.#commandLines(cells), ...this.#files.lines(cells)];
  }

  lines(cells: number): Line[] {
    const { before, at, after } = this.#line.parts;
    // The place is where the text before it ends.
    const lines = linesIn(`› ${before}${at}${after}`, 'plain', cells, 2);
    const place = linesIn(`› ${before}${at === ' ' ? '_' : at}`, 'plain', cells, 2);
    const last = place.at(-1);
    const line = lines[place.length - 1] ?? { text: '  ', tone: 'plain' as const };
    const to = last?.text.length ?? 2;
    const marked: Line = { ...line, text: line.text.padEnd(to), place: { from: to - at.length, to } };
    const all = [...lines.slice(0, place.length - 1), marked, ...lines.slice(place.length)];
    const from = Math.max(0, Math.min(place.length - 1, all.length - shownLines));
    return all.slice(from, from + shownLines);
  }

  /** Names of those that begin like the text. */
  #found(): string[] {
    const query = commandQueryAt(this.text, this.text.length);
    if (query === undefined || this.editing !== undefined) return [];
    return matchCommands(this.#commands(), query, shownCommands).map(({ name }) => name);
  }

  #commands(): Command[] {
    return commandsOf(this.#chat.transcript.commands, []);
  }

  #commandLines(cells: number): Line[] {
    const commands = this.#commands();
    const written = commandIn(this.text, commands);
    if (written?.rest === '' && /\s$/.test(this.text))
      return [
        { text: cut(visible(`/${written.command.name} ${written.command.hint}`), cells), tone: 'quiet' },
      ];
    return this.#found().map((name, index) => {
      const command = commands.find((one) => one.name === name);
      const here = index === this.#active;
      const said = [`/${name}`, command?.hint, command?.description && `– ${command.description}`];
      const text = visible(said.filter(Boolean).join(' ').replaceAll('\n', ' '));
      return {
        text: cut(`${here ? '› ' : '  '}${text}`, cells),
        tone: here ? ('chosen' as const) : ('quiet' as const),
      };
    });
  }
}

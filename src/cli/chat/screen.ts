/** What the terminal shows below the conversation, and what each key does there; drawing is chat-view's. */
import { systemClock, type Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { plainLine } from '../../base/plain-text.ts';
import { visible } from '../../base/unseen.ts';
import { limits } from '../../protocol/limits.ts';
import { commandsOf, pickerIn, remoteWish, type RemoteWish } from '../../transcript/commands.ts';
import type { PromptItem, QuestionItem, ToolItem, Transcript } from '../../transcript/items.ts';
import { toolCallOf } from '../../transcript/asked.ts';
import { controlsOf } from '../../transcript/controls.ts';
import { textOfBlocks, withText } from '../../transcript/queue-edit.ts';
import type { Conversation } from './conversation.ts';
import { DraftBox } from './draft-box.ts';
import { lastOf, linesIn, type Line } from './lines.ts';
import { OnScreen } from './on-screen.ts';
import { OptionsPanel } from './options-panel.ts';
import { PairingPanel, pairingLines } from './pairing-panel.ts';
import type { Press } from './press.ts';
import { QuestionPanel } from './question-panel.ts';
import { QueuePanel } from './queue-panel.ts';
import { statusWords } from './status-words.ts';
import { cut } from './wrap.ts';

/** Of what an agent says when it refuses something. */
const failureChars = 1_000;

const keys = [
  'Enter sends · Esc stops the agent · Ctrl-C stops it, once more leaves',
  '/ commands, @ files, Tab completes · Shift-Tab next mode · Ctrl-O modes and options',
  '↑ waiting messages · Ctrl-R lets them go on · Ctrl-X takes the last out',
  'Ctrl-Y answers a device that wants to pair',
];

type Panel = QueuePanel | OptionsPanel | PairingPanel;

export class Screen {
  readonly #chat: Conversation;
  readonly #quit: () => void;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #draft: DraftBox;
  #panel: Panel | undefined;
  #question: QuestionPanel | undefined;
  /** Keys answer no other question. */
  readonly #onScreen: OnScreen;
  #note = '';
  #help = false;
  /** Ctrl-C has stopped the agent; once more leaves. */
  #leaving = false;

  constructor(chat: Conversation, quit: () => void, clock: Clock = systemClock) {
    this.#chat = chat;
    this.#quit = quit;
    this.#draft = new DraftBox(chat, () => this.#changed.fire());
    this.#onScreen = new OnScreen(clock);
  }

  press(press: Press): void {
    this.#press(press);
    this.#changed.fire();
  }

  #press(press: Press): void {
    const { text, name, ctrl } = press;
    if (ctrl && text === 'c') return this.#interrupt();
    this.#leaving = false;
    this.#note = '';
    this.#chat.failure = '';
    if (this.#panel) return this.#inPanel(this.#panel, press);
    const question = this.#asked();
    const empty = this.#draft.text === '';
    if (!question?.typing && this.#draft.inFiles(press)) return;
    if (name === 'escape') return this.#escape(question);
    if (ctrl && text === 'y') return this.#pairing();
    if (ctrl && text === 'o') return this.#open(new OptionsPanel(this.#chat));
    if (ctrl && text === 'r') return this.#chat.resumeQueue();
    if (question && !this.#seen(question)) {
      // Typed for another question, or before this one could be read.
      if (question.typing || (empty && /^[1-9]$/.test(text))) return;
    } else if (question?.press(press, empty) || question?.typing) return;
    this.#inDraft(press, empty);
  }

  #interrupt(): void {
    const { turn, questions } = this.#chat.transcript;
    const working = turn !== null || questions.length > 0;
    if (this.#leaving || (!working && this.#draft.text === '')) return this.#quit();
    if (working) {
      this.#chat.stop();
      this.#leaving = true;
    } else this.#draft.giveUp();
    this.#panel = undefined;
  }

  #escape(question: QuestionPanel | undefined): void {
    if (this.#draft.editing !== undefined || this.#help) {
      if (this.#draft.editing !== undefined) this.#draft.giveUp();
      this.#help = false;
    } else if (question?.press({ text: '', name: 'escape', ctrl: false }, true)) return;
    else if (this.#chat.transcript.turn || question) this.#chat.stop();
    else this.#draft.set('');
  }

  #inPanel(panel: Panel, press: Press): void {
    const used = panel.press(press);
    if (used === 'close' || (!used && press.name === 'escape')) this.#panel = undefined;
  }

  #pairing(): void {
    const pairing = this.#chat.status?.pairings[0];
    if (pairing) this.#open(new PairingPanel(this.#chat, pairing));
  }

  #seen({ item }: QuestionPanel): boolean {
    return this.#onScreen.seen(item.questionId);
  }

  #inDraft(press: Press, empty: boolean): void {
    const { text, name, ctrl } = press;
    const { queue } = this.#chat.transcript;
    if (ctrl && text === 'x') {
      const newest = queue.at(-1);
      if (newest) this.#chat.removeQueued(newest.promptId);
      return;
    }
    if (name === 'backtab') return this.#nextMode();
    if (name === 'up' && empty && queue.length > 0)
      return this.#open(new QueuePanel(this.#chat, (item) => this.#edit(item)));
    if (this.#draft.inCommands(press)) return;
    if (name === 'enter') return this.#send();
    if (empty && text === '?') this.#help = !this.#help;
    else this.#draft.write(press);
  }

  #send(): void {
    const text = this.#draft.text.trim();
    if (text === '') return;
    const { transcript } = this.#chat;
    const { editing } = this.#draft;
    if (editing !== undefined) {
      const item = transcript.queue.find(({ promptId }) => promptId === editing);
      this.#draft.editing = undefined;
      if (!item) {
        this.#note = 'That message is with the agent already. Enter sends this as a new one.';
        return;
      }
      this.#draft.set('');
      return this.#chat.editQueued(editing, withText([...item.blocks], text));
    }
    const commands = commandsOf(transcript.commands, []);
    const picker = pickerIn(text, commands);
    if (picker !== undefined) {
      this.#note = `/${picker} opens a list in the agent's own program: start the agent itself to use it.`;
      return;
    }
    const wish = remoteWish(text);
    if (wish) this.#note = this.#remote(wish);
    else if (!this.#comment(text)) this.#prompt(text);
    this.#draft.set('');
  }

  #prompt(text: string): void {
    const links = this.#draft.takeLinks(text);
    if (links.length > 0) this.#chat.prompt(text, links);
    else this.#chat.prompt(text);
  }

  /** About the plan on the screen; false where there is none. */
  #comment(text: string): boolean {
    const question = this.#asked();
    return question !== undefined && this.#seen(question) && question.comment(text);
  }

  /** What `/rc` came to; a refusal is shown as that of anything else. */
  #remote(wish: RemoteWish): string {
    switch (wish.kind) {
      case 'name': {
        const name = wish.name.slice(0, limits.titleChars);
        this.#chat.rename(name);
        return `This session is called ${visible(name)}.`;
      }
      case 'status':
        return `Remote control: ${this.#chat.status?.state ?? 'starting'}.`;
      case 'on':
      case 'off':
        return 'Remote control is on as long as this conversation is open.';
    }
  }

  #edit(item: PromptItem): void {
    this.#panel = undefined;
    this.#draft.editing = item.promptId;
    this.#draft.set(textOfBlocks([...item.blocks]));
  }

  #nextMode(): void {
    const { modes, configOptions } = this.#chat.transcript;
    const mode = controlsOf(modes, configOptions, 'Mode').find(({ option }) => option === undefined);
    if (mode?.kind !== 'select') return this.#open(new OptionsPanel(this.#chat));
    const at = mode.values.findIndex(({ value }) => value === mode.current);
    const next = mode.values[(at + 1) % mode.values.length];
    if (next?.risky) this.#open(new OptionsPanel(this.#chat, next.value));
    else if (next) this.#chat.setMode(next.value);
  }

  #open(panel: Panel): void {
    this.#panel = panel;
  }

  /** The question that an answer goes to; what was begun for it is kept as long as it is open. */
  #asked(): QuestionPanel | undefined {
    const { transcript, status, cwd } = this.#chat;
    const [question] = transcript.questions;
    if (!question) return (this.#question = undefined);
    if (this.#question?.item.questionId !== question.questionId || !this.#question.item.request) {
      const agent = visible(status?.agent?.name ?? 'The agent');
      this.#question = new QuestionPanel(this.#chat, question, {
        agent,
        cwd,
        tool: toolOf(transcript, question),
      });
    }
    return this.#question;
  }

  /** The lowest lines of a terminal of this size, always fewer than its rows. */
  lines(cells: number, rows: number, live: readonly Line[]): Line[] {
    if (this.#panel?.over) this.#panel = undefined;
    const below = this.#below(cells, rows);
    const room = Math.max(rows - 1 - below.length, 0);
    const question = this.#asked();
    this.#onScreen.drawn(this.#panel ? undefined : question?.item.questionId);
    const top = this.#panel?.lines(cells) ?? question?.lines(cells, Math.max(room - 2, 4)) ?? [];
    const shown = lastOf(top, Math.max(room, 3));
    const left = Math.max(room - shown.length, 0);
    return [...(left > 1 ? lastOf(live, left) : []), ...shown, ...below];
  }

  #below(cells: number, rows: number): Line[] {
    const { transcript, status, failure } = this.#chat;
    const { queue, held } = transcript;
    const pairing = status?.pairings[0];
    const waits = this.#panel instanceof QueuePanel ? [] : queue;
    const words = (text: string, tone: Line['tone']): Line[] =>
      text === '' ? [] : linesIn(text, tone, cells);
    return [
      ...(pairing && !(this.#panel instanceof PairingPanel) ? pairingLines(pairing, cells) : []),
      ...lastOf(
        waits.map((item) => ({ text: cut(`waits: ${promptLine(item)}`, cells), tone: 'quiet' as const })),
        Math.max(3, Math.floor(rows / 6)),
      ),
      ...words(held ? 'The queue is held by Stop. Ctrl-R goes on, Ctrl-X removes the last.' : '', 'warning'),
      ...words(plainLine(failure, failureChars), 'bad'),
      ...words(this.#note, 'warning'),
      ...(this.#help ? keys.flatMap((line) => words(line, 'quiet')) : []),
      ...this.#draft.offered(cells),
      ...(this.#draft.editing === undefined
        ? []
        : words('Changing a waiting message: Enter keeps it, Esc gives up', 'warning')),
      ...(this.#asked()?.typing || this.#panel ? [] : this.#draft.lines(cells)),
      ...words(this.#leaving ? 'Ctrl-C once more leaves.' : '', 'warning'),
      ...words(statusWords(this.#chat), 'quiet'),
    ];
  }
}

function promptLine(item: PromptItem): string {
  const from = item.origin.kind === 'device' ? ` (${visible(item.origin.name ?? '')})` : '';
  return visible(`> ${textOfBlocks([...item.blocks]).replaceAll('\n', ' ')}${from}`);
}

function toolOf({ items }: Transcript, question: QuestionItem): ToolItem | undefined {
  const id = toolCallOf(question);
  const tool = items.find((item) => item.kind === 'tool' && item.toolCallId === id);
  return tool?.kind === 'tool' ? tool : undefined;
}

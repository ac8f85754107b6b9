/** A conversation of facts that the test gives, and what the screen asked of it. */
import { emptyTranscript, TranscriptFold } from '../../../src/transcript/fold.ts';
import type { Fact, FactMeta } from '../../../src/protocol/facts.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import type { Conversation } from '../../../src/cli/chat/conversation.ts';
import { control, named, typed, type KeyName } from '../../../src/cli/chat/press.ts';
import { Screen } from '../../../src/cli/chat/screen.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export class ChatKit {
  readonly asked: [method: string, ...args: unknown[]][] = [];
  readonly screen: Screen;
  readonly chat: Conversation;
  readonly clock = new FakeClock();
  readonly status: HostStatus;
  left = false;
  readonly #fold = new TranscriptFold(emptyTranscript());
  #seq = 0;

  constructor() {
    const { asked } = this;
    const answering = new Set<string>();
    const fold = this.#fold;
    const agent = { name: 'Claude', demo: false, state: 'ready' };
    const status = { state: 'on', agent, devices: [], pairings: [] } as unknown as HostStatus;
    this.status = status;
    const known = {
      get transcript() {
        return fold.transcript;
      },
      ...{ generation: 1, onChange: () => ({ dispose() {} }) },
      ...{ failure: '', here: true, cwd: '/work', answering: (id: string) => answering.has(id) },
      status,
    };
    const chat = new Proxy(known, {
      get: (target, name) =>
        Reflect.get(target, name) ?? ((...args: unknown[]) => void asked.push([String(name), ...args])),
    }) as unknown as Conversation;
    this.chat = chat;
    this.screen = new Screen(chat, () => (this.left = true), this.clock);
  }

  event(event: NonNullable<FactMeta['event']>): void {
    this.#apply({ update: { sessionUpdate: 'session_info_update' }, event });
  }

  /** Of the agent. */
  update(update: Fact['update'], item?: string): void {
    this.#apply({ update, ...(item === undefined ? {} : { item }) });
  }

  #apply(fact: Pick<Fact, 'update' | 'event' | 'item'>): void {
    this.#fold.apply({ seq: ++this.#seq, at: this.#seq, origin: { kind: 'desk' }, ...fact });
  }

  ask(kind: 'permission' | 'elicitation', request: Record<string, unknown>, id = 'q1'): void {
    this.event({ type: 'question_opened', id, kind, request });
  }

  /** Answered on another device. */
  answered(id: string): void {
    const answer = { outcome: 'selected' as const, optionId: 'no' };
    this.event({ type: 'question_closed', id, answer });
  }

  pairs(...pairings: { id: string; device: string; code?: string }[]): void {
    const all = pairings.map((one) => ({ code: '123456', scope: 'answer', ...one }));
    Object.assign(this.status, { pairings: all });
  }

  /** Before anything is drawn anew. */
  typeBlind(text: string): void {
    this.screen.press(typed(text));
  }

  waits(...texts: string[]): void {
    for (const text of texts)
      this.event({ type: 'prompt_received', id: text, prompt: [{ type: 'text', text }] });
  }

  /** Keys come after what is on the screen. */
  type(text: string): void {
    this.shown();
    this.screen.press(typed(text));
  }

  keys(...names: KeyName[]): void {
    for (const name of names) {
      this.shown();
      this.screen.press(named(name));
    }
  }

  ctrl(letter: string): void {
    this.shown();
    this.screen.press(control(letter));
  }

  shown(cells = 60, rows = 30): string {
    return this.screen
      .lines(cells, rows, [])
      .map(({ text }) => text)
      .join('\n');
  }
}

/** A conversation of facts that the test gives, and what the screen asked of it. */
import { emptyTranscript, TranscriptFold } from '../../../src/transcript/fold.ts';
import type { Fact, FactMeta } from '../../../src/protocol/facts.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import type { Conversation } from '../../../src/cli/chat/conversation.ts';
import { control, named, typed, type KeyName } from '../../../src/cli/chat/press.ts';
import { Screen } from '../../../src/cli/chat/screen.ts';

export class ChatKit {
  readonly asked: [method: string, ...args: unknown[]][] = [];
  readonly screen: Screen;
  left = false;
  readonly #fold = new TranscriptFold(emptyTranscript());
  #seq = 0;

  constructor() {
    const { asked } = this;
    const answering = new Set<string>();
    const fold = this.#fold;
    const agent = { name: 'Claude', demo: false, state: 'ready' };
    const known = {
      get transcript() {
        return fold.transcript;
      },
      ...{ failure: '', here: true, cwd: '/work', answering: (id: string) => answering.has(id) },
      status: { state: 'on', agent, devices: [], pairings: [] } as unknown as HostStatus,
    };
    const chat = new Proxy(known, {
      get: (target, name) =>
        Reflect.get(target, name) ?? ((...args: unknown[]) => void asked.push([String(name), ...args])),
    }) as unknown as Conversation;
    this.screen = new Screen(chat, () => (this.left = true));
  }

  event(event: NonNullable<FactMeta['event']>): void {
    this.#apply({ update: { sessionUpdate: 'session_info_update' }, event });
  }

  /** Of the agent. */
  update(update: Fact['update']): void {
    this.#apply({ update });
  }

  #apply(fact: Pick<Fact, 'update' | 'event'>): void {
    this.#fold.apply({ seq: ++this.#seq, at: this.#seq, origin: { kind: 'desk' }, ...fact });
  }

  ask(kind: 'permission' | 'elicitation', request: Record<string, unknown>): void {
    this.event({ type: 'question_opened', id: 'q1', kind, request });
  }

  waits(...texts: string[]): void {
    for (const text of texts)
      this.event({ type: 'prompt_received', id: text, prompt: [{ type: 'text', text }] });
  }

  type(text: string): void {
    this.screen.press(typed(text));
  }

  keys(...names: KeyName[]): void {
    for (const name of names) this.screen.press(named(name));
  }

  ctrl(letter: string): void {
    this.screen.press(control(letter));
  }

  shown(cells = 60, rows = 30): string {
    return this.screen
      .lines(cells, rows, [])
      .map(({ text }) => text)
      .join('\n');
  }
}

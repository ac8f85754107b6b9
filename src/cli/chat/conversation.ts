/** The conversation that a terminal shows: the transcript of the live session, and what its user does with it. */
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { asOffdeskError } from '../../base/error.ts';
import type { Answer, PromptBlock } from '../../protocol/facts.ts';
import type { HostStatus } from '../../protocol/host-status.ts';
import { filesResult, methods, type FilesResult, type Scope } from '../../protocol/methods.ts';
import type { Transcript } from '../../transcript/items.ts';
import type { HostPeer } from '../client/host-peer.ts';
import type { SessionFeed } from '../client/session-feed.ts';
import { ChatWindow } from './chat-window.ts';

const shownItems = 200;

export class Conversation implements Disposable {
  readonly #peer: HostPeer;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  /** Of the journal that is followed. */
  window = new ChatWindow();
  #feed: SessionFeed | undefined;
  readonly #answering = new Set<string>();
  #told: NodeJS.Immediate | undefined;
  /** Another journal has taken the place: what was shown of it is void. */
  generation = 0;
  /** What was refused last, a sentence; '' when something else was done since. */
  failure = '';

  constructor(peer: HostPeer) {
    this.#peer = peer;
    peer.onState(({ sessions }) => {
      const [session] = sessions;
      if (session && session.id !== this.#feed?.sessionId) this.#follow(session.id);
      this.#tell();
    });
    peer.onStatus(() => this.#tell());
  }

  get transcript(): Transcript {
    return this.window.transcript;
  }

  get status(): HostStatus | undefined {
    return this.#peer.status;
  }

  get cwd(): string {
    return this.#peer.state?.sessions.find(({ id }) => id === this.#feed?.sessionId)?.cwd ?? '';
  }

  get here(): boolean {
    return this.#feed !== undefined;
  }

  /** `links`: to the files that it names. */
  prompt(text: string, links: readonly PromptBlock[] = []): void {
    const offdesk = { id: newId() };
    this.#do('session/prompt', { prompt: [{ type: 'text', text }, ...links], _meta: { offdesk } });
  }

  /** Files for `@query`. */
  async files(query: string, limit: number): Promise<FilesResult['files']> {
    const params = { sessionId: this.#feed?.sessionId, query: query.slice(0, 512), limit };
    return filesResult.parse(await this.#peer.request(methods.files, params)).files;
  }

  /** Also with a turn that was just asked for. */
  stop(): void {
    this.#feed?.notify('session/cancel');
  }

  /** The first one counts, until it was refused. */
  answer(question: string, answer: Answer): void {
    if (this.#answering.has(question)) return;
    this.#answering.add(question);
    this.#do(methods.answer, { id: newId(), question, answer }, () => this.#answering.delete(question));
    this.#tell();
  }

  /** Its answer is on its way. */
  answering(question: string): boolean {
    return this.#answering.has(question);
  }

  /** `confirmed`: its user was told that the agent will act without asking. */
  setMode(modeId: string, confirmed = false): void {
    this.#do('session/set_mode', { modeId, _meta: metaOf(confirmed) });
  }

  setOption(configId: string, value: string | boolean, confirmed = false): void {
    const type = typeof value === 'boolean' ? { type: 'boolean' } : {};
    this.#do('session/set_config_option', { configId, value, ...type, _meta: metaOf(confirmed) });
  }

  /** What the session is called, everywhere. */
  rename(name: string): void {
    this.#do(methods.sessionName, { name, change: newId() });
  }

  resumeQueue(): void {
    this.#do(methods.queueResume, { change: newId() });
  }

  removeQueued(id: string): void {
    this.#do(methods.queueRemove, { id, change: newId() });
  }

  editQueued(id: string, prompt: PromptBlock[]): void {
    this.#do(methods.queueEdit, { id, prompt, change: newId() });
  }

  /** `before`: the one that shall follow it; null for the end. */
  moveQueued(id: string, before: string | null): void {
    this.#do(methods.queueMove, { id, before, change: newId() });
  }

  sendNow(id: string): void {
    this.#do(methods.queueNow, { id, change: newId() });
  }

  decidePairing(id: string, allow: boolean, scope?: Scope): void {
    this.#host(methods.host.pairing, { id, allow, ...(scope ? { scope } : {}) });
  }

  invite(): void {
    this.#host(methods.host.invite, {});
  }

  dispose(): void {
    clearImmediate(this.#told);
    this.#feed?.dispose();
    this.#changed.dispose();
  }

  #follow(id: string): void {
    this.#feed?.dispose();
    this.#begin();
    this.#feed = this.#peer.feed(id, {
      from: { tail: shownItems },
      take: (fact) => {
        this.window.take(fact);
        this.#tell();
      },
      reset: () => this.#begin(),
    });
  }

  #begin(): void {
    this.window = new ChatWindow();
    this.generation++;
  }

  #do(method: string, params: object, refused: () => void = () => {}): void {
    this.failure = '';
    this.#feed?.repeat(method, params).catch((error: unknown) => {
      refused();
      this.#failed(error);
    });
  }

  #host(method: string, params: object): void {
    this.failure = '';
    this.#peer.request(method, params).catch((error: unknown) => this.#failed(error));
  }

  #failed(caught: unknown): void {
    const error = asOffdeskError(caught);
    // What became of a turn stands in the conversation.
    if (error.code === 'agent_failed' || error.code === 'closed') return;
    this.failure = error.sentence;
    this.#tell();
  }

  /** A burst of facts is drawn once. */
  #tell(): void {
    this.#told ??= setImmediate(() => {
      this.#told = undefined;
      this.window.settle();
      this.#changed.fire();
    });
  }
}

const newId = (): string => crypto.randomUUID();

const metaOf = (confirmed: boolean): object => ({
  offdesk: { change: newId(), ...(confirmed ? { confirmed } : {}) },
});

/** The conversation that a terminal shows: the transcript of the live session, and what its user does with it. */
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { asOffdeskError } from '../../base/error.ts';
import type { Answer } from '../../protocol/facts.ts';
import type { HostStatus } from '../../protocol/host-status.ts';
import { methods, type Scope } from '../../protocol/methods.ts';
import { emptyTranscript, TranscriptFold } from '../../transcript/fold.ts';
import type { Transcript } from '../../transcript/items.ts';
import type { HostPeer } from '../client/host-peer.ts';
import type { SessionFeed } from '../client/session-feed.ts';

const shownItems = 200;

export class Conversation implements Disposable {
  readonly #peer: HostPeer;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  #fold = new TranscriptFold(emptyTranscript());
  #feed: SessionFeed | undefined;
  #told: NodeJS.Immediate | undefined;
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
    return this.#fold.transcript;
  }

  get status(): HostStatus | undefined {
    return this.#peer.status;
  }

  get here(): boolean {
    return this.#feed !== undefined;
  }

  prompt(text: string): void {
    const offdesk = { id: crypto.randomUUID() };
    this.#do('session/prompt', { prompt: [{ type: 'text', text }], _meta: { offdesk } });
  }

  /** Also with a turn that was just asked for. */
  stop(): void {
    this.#feed?.notify('session/cancel');
  }

  answer(question: string, answer: Answer): void {
    this.#do(methods.answer, { id: crypto.randomUUID(), question, answer });
  }

  setMode(modeId: string): void {
    this.#do('session/set_mode', { modeId });
  }

  resumeQueue(): void {
    this.#do(methods.queueResume, {});
  }

  removeQueued(id: string): void {
    this.#do(methods.queueRemove, { id });
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
    this.#fold = new TranscriptFold(emptyTranscript());
    this.#feed = this.#peer.feed(id, {
      from: { tail: shownItems },
      take: (fact) => {
        this.#fold.apply(fact);
        this.#tell();
      },
      reset: () => {
        this.#fold = new TranscriptFold(emptyTranscript());
      },
    });
  }

  #do(method: string, params: object): void {
    this.failure = '';
    void this.#feed?.repeat(method, params).catch((error: unknown) => this.#failed(error));
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
      this.#changed.fire();
    });
  }
}

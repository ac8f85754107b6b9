/** What an agent tells again of a session that it continues is kept from the session, which has it in its journal. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RawUpdate } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { stateKinds } from '../session/told-history.ts';

/** What is no part of the transcript: once the replay is over it is news. */
const liveKinds = new Set([...stateKinds, 'current_mode_update', 'config_option_update']);

type Phase =
  /** Everything is told. */
  | { name: 'live' }
  /** The agent was asked to continue the session. Of each kind of state the last is told when it did. */
  | { name: 'asked'; state: Map<string, RawUpdate> }
  /** It continues, and may still be telling what was said. */
  | { name: 'late'; heldAt: number }
  /** It could not; what it still tells of that session is nothing to this one. */
  | { name: 'refused'; session: string };

/** Of one process: stands between its updates and the session. */
export class Replay {
  readonly #tell: (update: RawUpdate) => void;
  #phase: Phase = { name: 'live' };
  #pending = false;
  #told = false;
  #askedAt = 0;
  #toldAt = 0;
  /** Copies that were made of the agent's sessions; and the session itself, while one is being made. */
  readonly #copies = new Set<unknown>();
  #own: string | undefined;

  constructor(tell: (update: RawUpdate) => void) {
    this.#tell = tell;
  }

  /** Whether the agent is still busy with the earlier session that it was asked for. */
  get pending(): boolean {
    return this.#pending;
  }

  /** When it was asked for it, by `performance.now()`. */
  get askedAt(): number {
    return this.#askedAt;
  }

  /** `told`: nobody has its history yet, so that all is told. */
  ask(told = false): void {
    this.#pending = true;
    this.#askedAt = performance.now();
    this.#told = told;
    this.#phase = told ? { name: 'live' } : { name: 'asked', state: new Map() };
  }

  /** What the agent tells of a copy, while `copy` makes one by its id and after, is nothing to this session. */
  async copying(own: string, copy: () => Promise<string>): Promise<string> {
    this.#own = own;
    try {
      const id = await copy();
      this.#copies.add(id);
      return id;
    } finally {
      this.#own = undefined;
    }
  }

  update(session: unknown, update: RawUpdate): void {
    if (this.#copies.has(session) || (this.#own !== undefined && session !== this.#own)) return;
    const phase = this.#phase;
    const kind = update.sessionUpdate;
    switch (phase.name) {
      case 'live':
        this.#toldAt = performance.now();
        return this.#tell(update);
      case 'asked':
        if (stateKinds.has(kind)) phase.state.set(kind, update);
        return;
      case 'late':
        if ((this.#pending ? stateKinds : liveKinds).has(kind)) this.#tell(update);
        else phase.heldAt = performance.now();
        return;
      case 'refused':
        if (session !== phase.session) this.#tell(update);
    }
  }

  refused(session: string): void {
    this.#pending = false;
    this.#phase = { name: 'refused', session };
  }

  /** It was resumed: ACP has nothing told again after the answer. */
  resumed(): void {
    this.#pending = false;
    this.#continued({ name: 'live' });
  }

  /**
   * It was loaded. Against ACP, Gemini CLI answers first and tells what was said afterwards, all at once: resolves
   * when that is over. What comes before the first prompt is still of it.
   */
  async loaded(): Promise<void> {
    const late = { name: 'late' as const, heldAt: performance.now() };
    if (!this.#told) this.#continued(late);
    for (;;) {
      const left = Math.max(late.heldAt, this.#toldAt) + limits.agentReplayQuietMs - performance.now();
      if (left <= 0) break;
      await wait(left);
    }
    this.#pending = false;
  }

  /** A prompt is about to be sent: from now on everything is news. */
  over(): void {
    if (this.#phase.name === 'late') this.#phase = { name: 'live' };
  }

  #continued(next: Phase): void {
    const state = this.#phase.name === 'asked' ? [...this.#phase.state.values()] : [];
    this.#phase = next;
    for (const update of state) this.#tell(update);
  }
}

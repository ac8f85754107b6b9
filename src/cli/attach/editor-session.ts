/** One session as a plain ACP editor has it: facts become its updates, questions its requests, its wishes ours. */
import type {
  AgentContext,
  ClientCapabilities,
  NewSessionResponse,
  PromptResponse,
  SetSessionConfigOptionResponse,
} from '@agentclientprotocol/sdk';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../../base/error.ts';
import type { Fact, PromptBlock, SessionEvent } from '../../protocol/facts.ts';
import { toNotification } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { allows, methods } from '../../protocol/methods.ts';
import type { SessionView, StateKnown } from '../../transcript/items.ts';
import { applyState, noState } from '../../transcript/state.ts';
import type { HostPeer } from '../client/host-peer.ts';
import type { SessionFeed } from '../client/session-feed.ts';
import { EditorQuestions } from './editor-questions.ts';

/** What of the conversation so far the editor gets: all of it, its end, or nothing. */
export type Replay = 'all' | 'tail' | 'none';

export interface EditorSessionOptions {
  sessionId: string;
  replay: Replay;
  peer: HostPeer;
  client: AgentContext;
  capabilities: ClientCapabilities | undefined;
}

/** `first`: nothing was offered before, so what it offers is in the answer that named the session. */
interface Seen {
  fact: Fact;
  first: boolean;
}

/** As ACP's answers to session/new, load and resume have it; kept as the agent sent it. */
export type Offers = Pick<NewSessionResponse, 'modes' | 'configOptions'>;

export class EditorSession implements Disposable {
  readonly #options: EditorSessionOptions;
  readonly #store = new DisposableStore();
  readonly #feed: SessionFeed;
  readonly #questions: EditorQuestions;
  /** Prompts of this editor, which shows them itself; each is told when its end was told. */
  readonly #own = new Map<string, () => void>();
  #view: SessionView = noState;
  #known: StateKnown = {};
  /** Undefined once the editor knows the session; until then what is to be told waits. */
  #held: Seen[] | undefined;
  #flushed: Promise<void> = Promise.resolve();
  /** Asked before this began, and perhaps answered, too: asked here when all that was there is known. */
  readonly #before = new Map<string, () => void>();
  /** Facts up to here were there before; without a replay they count as told. */
  #quiet = 0;
  /** When the last thing was told, by the host's clock. */
  #toldUntil = 0;
  /** After another journal took the place: what was told until then is not told again. */
  #toldBefore = 0;
  #reached: (() => void)[] = [];
  #seen = 0;

  constructor(options: EditorSessionOptions) {
    this.#options = options;
    const { peer, sessionId, replay, client } = options;
    // A replay is told before session/load is answered.
    this.#held = replay === 'all' ? undefined : [];
    const tail = replay === 'tail' ? limits.tailItems : 1;
    this.#feed = this.#store.add(
      peer.feed(sessionId, {
        from: replay === 'all' ? 'beginning' : { tail },
        take: (fact) => this.#take(fact),
        reset: () => this.#reset(),
      }),
    );
    this.#questions = this.#store.add(
      new EditorQuestions({
        client,
        sessionId,
        capabilities: options.capabilities,
        mayAnswer: () => allows(peer.state?.you.scope ?? 'view', 'answer'),
        answer: (params) => this.#feed.repeat(methods.answer, params),
        say: (text) => this.#say(text),
      }),
    );
  }

  /** Resolves when the session is attached, and with `all` was told. Rejects as the host refused. */
  async begin(): Promise<Offers> {
    const head = await this.#feed.head();
    if (this.#options.replay === 'none') this.#quiet = head;
    await this.#until(head, this.#options.replay === 'all' ? undefined : limits.attachStateMs);
    const { modes, configOptions } = this.#view;
    return { ...(modes ? { modes } : {}), ...(configOptions ? { configOptions } : {}) } as Offers;
  }

  /** The editor knows the session now: updates may follow. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#flushed = (async () => {
      for (const seen of held) await this.#tell(seen);
    })();
    this.#flushed.catch(() => undefined);
  }

  async prompt(prompt: PromptBlock[]): Promise<PromptResponse> {
    const id = crypto.randomUUID();
    const told = new Promise<void>((resolve) => this.#own.set(id, resolve));
    try {
      // Who writes here wants to go on: Stop may have held what waits.
      if (this.#view.held) await this.#change(methods.queueResume, {});
      const params = { prompt, _meta: { offdesk: { id } } };
      const result = await this.#feed.repeat<PromptResponse>('session/prompt', params);
      await told;
      return result;
    } catch (caught) {
      const error = asOffdeskError(caught);
      if (error.code === 'agent_failed') await told;
      throw error;
    } finally {
      this.#own.delete(id);
    }
  }

  cancel(): void {
    if (this.#feed.notify('session/cancel') || this.#own.size === 0) return;
    // Without a connection it waits for the next one, while a prompt of this editor does.
    void this.#feed.repeat(methods.history, { before: 1, limit: 1 }).then(
      () => this.#own.size > 0 && this.#feed.notify('session/cancel'),
      () => undefined,
    );
  }

  async setMode(modeId: string): Promise<void> {
    await this.#confirmed('session/set_mode', { modeId }, modeId);
  }

  setConfigOption(configId: string, value: unknown): Promise<SetSessionConfigOptionResponse> {
    return this.#confirmed('session/set_config_option', { configId, value }, String(value));
  }

  dispose(): void {
    this.#held = undefined;
    this.#store.dispose();
  }

  /** What lets the agent act without asking is confirmed in the editor, too. */
  async #confirmed<Result>(method: string, params: object, what: string): Promise<Result> {
    try {
      return await this.#change(method, params);
    } catch (caught) {
      const error = asOffdeskError(caught);
      if (error.code !== 'confirmation_needed') throw error;
      if (!(await this.#questions.confirm(what, error.message))) throw error;
      return this.#change(method, params, { confirmed: true });
    }
  }

  #change<Result>(method: string, params: object, more: object = {}): Promise<Result> {
    const change = crypto.randomUUID();
    const own = method.startsWith('_offdesk/');
    return this.#feed.repeat(method, {
      ...params,
      ...(own ? { change } : { _meta: { offdesk: { change, ...more } } }),
    });
  }

  async #take(fact: Fact): Promise<void> {
    const { modes, configOptions } = this.#view;
    const { view, known } = applyState(this.#view, this.#known, fact);
    this.#view = view;
    this.#known = known;
    this.#seen = Math.max(this.#seen, fact.seq);
    const seen = { fact, first: !modes && !configOptions };
    if (this.#held) this.#held.push(seen);
    else {
      await this.#flushed;
      await this.#tell(seen);
    }
    for (const call of this.#reached.splice(0)) call();
  }

  async #tell({ fact, first }: Seen): Promise<void> {
    if (this.#store.disposed) return;
    const fresh = fact.seq > this.#quiet && fact.at > this.#toldBefore;
    if (fact.event) await this.#event(fact, fact.event, fresh && !first);
    else if (isCommands(fact) || (fresh && this.#shows(fact))) await this.#pass(fact);
    this.#toldUntil = Math.max(this.#toldUntil, fact.until ?? fact.at);
    if (fact.seq < (this.#feed.began ?? 0)) return;
    for (const ask of this.#before.values()) ask();
    this.#before.clear();
  }

  async #event(fact: Fact, event: SessionEvent, fresh: boolean): Promise<void> {
    switch (event.type) {
      case 'question_opened': {
        const ask = () => this.#questions.opened(event.id, event.kind, event.request);
        if (fact.seq < (this.#feed.began ?? 0)) this.#before.set(event.id, ask);
        else ask();
        return;
      }
      case 'question_closed':
        this.#before.delete(event.id);
        this.#questions.closed(event.id);
        return;
      case 'prompt_removed':
        this.#own.get(event.id)?.();
        return;
      case 'turn_ended': {
        const own = this.#own.get(event.id);
        own?.();
        if (!own && fresh && event.message !== undefined) await this.#say(event.message);
        return;
      }
      case 'agent_offers':
        // Of an agent that was started again.
        if (fresh && event.modes)
          await this.#update({ sessionUpdate: 'current_mode_update', currentModeId: modeOf(event.modes) });
        if (fresh && event.configOptions)
          await this.#update({ sessionUpdate: 'config_option_update', configOptions: event.configOptions });
        return;
      default:
        return;
    }
  }

  /** A prompt's text is journaled where its turn begins; what the agent echoes says it once more. */
  #shows({ item, origin }: Fact): boolean {
    if (!item?.startsWith('p:')) return true;
    return origin.kind !== 'agent' && !this.#own.has(item.slice(2));
  }

  async #pass(fact: Fact): Promise<void> {
    await this.#options.client.notify<unknown>(
      'session/update',
      toNotification(this.#options.sessionId, fact),
    );
  }

  async #update(update: { sessionUpdate: string } & Record<string, unknown>): Promise<void> {
    const { sessionId, client } = this.#options;
    await client.notify<unknown>('session/update', { sessionId, update });
  }

  async #say(text: string): Promise<void> {
    const content = { type: 'text', text: `\n\n${text}\n` };
    await this.#update({ sessionUpdate: 'agent_message_chunk', content });
  }

  /** Numbers begin anew or differ; what was told is known by its time. */
  #reset(): void {
    this.#view = noState;
    this.#known = {};
    this.#quiet = 0;
    this.#seen = 0;
    this.#toldBefore = this.#toldUntil;
    for (const told of this.#own.values()) told();
  }

  async #until(head: number, longestMs?: number): Promise<void> {
    const late = longestMs === undefined ? undefined : Date.now() + longestMs;
    // Of another journal, should that take the place meanwhile.
    while (this.#seen < (this.#feed.began ?? head)) {
      const left = late === undefined ? undefined : late - Date.now();
      if (left !== undefined && left <= 0) return;
      await new Promise<void>((resolve) => {
        this.#reached.push(resolve);
        if (left !== undefined) setTimeout(resolve, left).unref();
      });
      if (this.#store.disposed) throw new OffdeskError('closed', 'The session was left.');
    }
  }
}

function isCommands({ update }: Fact): boolean {
  return update.sessionUpdate === 'available_commands_update';
}

function modeOf(modes: Record<string, unknown>): unknown {
  return modes['currentModeId'];
}

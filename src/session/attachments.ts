/** What one client follows: a reader of each session that it attached to (docs/SPEC.md, P6, F, N). */
import type { AgentContext } from '@agentclientprotocol/sdk';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { toNotification, type Cursor, type Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { methods, type ResumeResultMeta, type ResumeWish } from '../protocol/methods.ts';
import { findSession, type SessionDirectory } from './client-port.ts';
import { factMessage } from './fact-message.ts';
import { cursorAt, type Journal } from './journal.ts';
import { otherWork, readMerged, type FactSource } from './merged-read.ts';
import type { PlainClient } from './plain-client.ts';
import { Pump } from './pump.ts';
import type { Session } from './session.ts';

export interface AttachmentsOptions {
  sessions: SessionDirectory;
  client: AgentContext;
  log: Log;
}

export class Attachments implements Disposable {
  readonly #options: AttachmentsOptions;
  readonly #store = new DisposableStore();
  readonly #pumps = new Map<string, { session: Session; pump: Pump }>();
  /** Sessions that are over and told to their end: the client still shows them. */
  readonly #told = new Set<string>();

  constructor(options: AttachmentsOptions) {
    this.#options = options;
    this.#store.add(options.sessions.onChange(() => this.#checkSame()));
  }

  /** The client has not acknowledged all that it was sent. */
  get behind(): boolean {
    return [...this.#pumps.values()].some(({ pump }) => pump.unackedBytes > 0);
  }

  /** From the client's cursor, or from the tail: what of it holds is in the result. */
  async resume(id: string, wish: ResumeWish | undefined): Promise<ResumeResultMeta> {
    const session = await findSession(this.#options.sessions, id);
    const { journal } = session;
    const after = wish && 'after' in wish ? wish : undefined;
    const known = after && after.after.epoch === journal.epoch && after.after.seq <= journal.head;
    if (known && !(await missedMore(journal, after.after.seq, after.atMost))) {
      this.#follow(session, after.after.seq);
      return { head: cursorAt(journal, journal.head), from: null, reset: false };
    }
    const items = wish && 'tail' in wish ? wish.tail : (after?.atMost ?? limits.tailItems);
    const window = await journal.tail(items);
    // State facts go ahead of the window, in the same order as everything else.
    this.#follow(session, window.start - 1, window.state);
    return {
      head: cursorAt(journal, journal.head),
      from: window.from,
      reset: after !== undefined && !known,
      ...(known ? { gap: true } : {}),
    };
  }

  /** ACP session/resume: nothing is replayed. */
  async resumePlain(id: string, plain: PlainClient): Promise<void> {
    const session = await findSession(this.#options.sessions, id);
    await this.#followPlain(session, session.journal.head, plain);
  }

  /** ACP session/load: everything that came before is replayed, merged, piece by piece, giving way to other work. */
  async load(id: string, plain: PlainClient | undefined): Promise<void> {
    const session = await findSession(this.#options.sessions, id);
    const source = this.#source(session);
    // What comes meanwhile is the pump's.
    const { head } = source;
    let seq = 0;
    while (seq < head && !this.#store.disposed) {
      for (const fact of await readMerged(source, seq, limits.pieceBytes)) {
        await this.#options.client.notify<unknown>('session/update', toNotification(session.id, fact));
        seq = fact.seq;
      }
      await otherWork();
    }
    if (plain) await this.#followPlain(session, seq, plain);
    else this.#follow(session, seq);
  }

  /** True when the client had not acknowledged that before. */
  ack(id: string, cursor: Cursor): boolean {
    const attached = this.#pumps.get(id);
    return attached?.session.journal.epoch === cursor.epoch && attached.pump.ack(cursor.seq);
  }

  dispose(): void {
    this.#store.dispose();
    for (const id of [...this.#pumps.keys()]) this.#leave(id);
  }

  /** From here on, and with the questions that are open. */
  async #followPlain(session: Session, seq: number, plain: PlainClient): Promise<void> {
    const { state } = await session.journal.tail(0);
    for (const fact of state) if (fact.seq <= seq) plain.see(session, fact);
    this.#follow(session, seq, [], (fact) => {
      plain.see(session, fact);
      // It knows no acknowledgements: what was written to it counts as taken.
      this.#pumps.get(session.id)?.pump.ack(fact.seq);
    });
  }

  #follow(session: Session, seq: number, first: Fact[] = [], sent: (fact: Fact) => void = () => {}): void {
    // The client left while its wish was worked on.
    if (this.#store.disposed) return;
    const { client, sessions, log } = this.#options;
    this.#leave(session.id);
    for (const [id, { pump }] of this.#pumps) {
      if (!pump.idle || sessions.get(id)) continue;
      this.#leave(id);
      if (this.#told.size < limits.agentSessions) this.#told.add(id);
    }
    const pump = new Pump({
      source: this.#source(session),
      seq,
      first,
      message: (fact) => factMessage(session.id, fact),
      send: async (fact, { params }) => {
        await client.notify<unknown>('session/update', params);
        sent(fact);
      },
      unreadable: (error) => {
        const { code } = asOffdeskError(error);
        log.write('warn', 'a journal could not be read', { session: session.id, code });
        if (code === 'cursor_unknown') this.#startAnew(session.id);
      },
    });
    this.#pumps.set(session.id, { session, pump });
  }

  /**
   * A session that ends tells its last words by its own journal. That is closed then, and each one that is opened to
   * be read after a while, too: it is asked for at each use.
   */
  #source(session: Session): FactSource {
    const { journal } = session;
    let closed = false;
    return {
      get head() {
        return journal.head;
      },
      onAppend: journal.onAppend,
      sync: () => journal.sync(),
      read: async (seq, bytes) => {
        if (!closed) {
          try {
            return await journal.read(seq, bytes);
          } catch (error) {
            const now = await findSession(this.#options.sessions, session.id);
            // It could not be read, and that is all.
            if (now.journal === journal) throw error;
            closed = true;
          }
        }
        const now = (await findSession(this.#options.sessions, session.id)).journal;
        if (now.epoch !== journal.epoch)
          throw new OffdeskError('cursor_unknown', 'The journal was repaired.');
        return now.read(seq, bytes);
      },
    };
  }

  /** A session that came back under its id is another object with another journal. */
  #checkSame(): void {
    for (const [id, { session }] of this.#pumps) {
      const now = this.#options.sessions.get(id);
      if (now && now !== session) this.#startAnew(id);
    }
    for (const id of this.#told) if (this.#options.sessions.get(id)) this.#startAnew(id);
  }

  #startAnew(id: string): void {
    this.#leave(id);
    void this.#options.client.notify(methods.reset, { sessionId: id }).catch(() => {});
  }

  #leave(id: string): void {
    this.#pumps.get(id)?.pump.dispose();
    this.#pumps.delete(id);
    this.#told.delete(id);
  }
}

/** More items began after `seq` than the client would keep. */
async function missedMore(journal: Journal, seq: number, atMost: number | undefined): Promise<boolean> {
  return atMost !== undefined && (await journal.itemsAfter(seq)) > atMost;
}

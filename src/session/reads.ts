/** What a client asks to read of sessions, open or over: pages of history, a search, the sessions of the past. */
import type { Disposable } from '../base/disposable.ts';
import { OffdeskError } from '../base/error.ts';
import { toNotification, type Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type {
  HistoryParams,
  HistoryResult,
  PastParams,
  PastResult,
  SearchParams,
  SearchResult,
} from '../protocol/methods.ts';
import { findSession, type SessionDirectory } from './client-port.ts';
import { sizeOf } from './journal.ts';

export class Reads implements Disposable {
  readonly #sessions: SessionDirectory;
  #pages = 0;
  #search = new AbortController();
  /** The search that reads at present, also one that nobody waits for any more. */
  #searching: Promise<unknown> = Promise.resolve();

  constructor(sessions: SessionDirectory) {
    this.#sessions = sessions;
  }

  history(params: HistoryParams): Promise<HistoryResult> {
    return this.#page(async () => {
      const session = await findSession(this.#sessions, params.sessionId);
      const place = 'at' in params ? { at: params.at } : { before: params.before };
      const page = await session.journal.page(place, params.limit, limits.historyBytes);
      const updates = endsThatFit(page.facts).map((fact) => toNotification(session.id, fact));
      return { updates, from: page.from, next: page.next };
    });
  }

  past({ before, limit }: PastParams): Promise<PastResult> {
    return this.#page(() => this.#sessions.past(before, limit));
  }

  /** One at a time: a new one takes the place of the one before, which rejects with `closed`. */
  async search(params: SearchParams, cancelled: AbortSignal): Promise<SearchResult> {
    this.#search.abort();
    this.#search = new AbortController();
    const signal = AbortSignal.any([this.#search.signal, cancelled]);
    const run = this.#searching.then(async () => {
      signal.throwIfAborted();
      const { journal } = await findSession(this.#sessions, params.sessionId);
      signal.throwIfAborted();
      return journal.search(params.query, params.before ?? journal.head + 1, params.limit, signal);
    });
    this.#searching = run.catch(() => undefined);
    return Promise.race([run, whenAborted(signal)]).catch((error: unknown) => {
      throw signal.aborted ? new OffdeskError('closed', 'This search was ended by another one.') : error;
    });
  }

  dispose(): void {
    this.#search.abort();
  }

  async #page<T>(read: () => Promise<T>): Promise<T> {
    if (this.#pages >= limits.clientReads) {
      throw new OffdeskError('invalid_params', 'Too many pages were asked for at once.', 'Wait for those.');
    }
    this.#pages++;
    try {
      return await read();
    } finally {
      this.#pages--;
    }
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new OffdeskError('closed', 'It was ended.'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** A page must fit into a message; of an item that alone does not, beginning and end say most. */
function endsThatFit(facts: Fact[]): Fact[] {
  const sizes = facts.map(sizeOf);
  let chars = sizes.reduce((sum, size) => sum + size, 0);
  let from = 1;
  while (from < facts.length - 1 && chars > limits.historyItemChars) chars -= sizes[from++]!;
  return [...facts.slice(0, 1), ...facts.slice(from)];
}

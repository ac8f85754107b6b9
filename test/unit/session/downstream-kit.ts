/** What tests of a session's clients share: a session with a fake agent, and connections to it. */
import { disposable } from '../../../src/base/disposable.ts';
import { Emitter, type Event } from '../../../src/base/emitter.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Fact } from '../../../src/protocol/facts.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import type { PastResult, Scope } from '../../../src/protocol/methods.ts';
import type { AttachedFiles } from '../../../src/session/attached-files.ts';
import type {
  ClientIdentity,
  DeskPort,
  SessionDirectory,
  SessionSpawner,
} from '../../../src/session/client-port.ts';
import { serveClient } from '../../../src/session/downstream.ts';
import type { Journal, NewFact, PagePlace, SearchPage } from '../../../src/session/journal.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import type { TerminalDirectory } from '../../../src/session/terminal-port.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { transportPair, type TestTransport } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';

export const permission = {
  toolCall: { toolCallId: 'c1', title: 'Run ls' },
  options: [
    { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ],
};

/** A journal that takes its time, as a disk may, and knows how many read it, and how much at once. */
export class SlowJournal implements Journal {
  readonly #own: Journal;
  readonly epoch: string;
  readonly onTrouble: Event<void>;
  readers = 0;
  ready: Promise<void> = Promise.resolve();
  /** Waited for by `sync`. */
  disk: Promise<void> = Promise.resolve();
  /** As after its close: it cannot be read. */
  closed = false;
  /** Of each read: what was asked for. */
  readonly asked: number[] = [];
  searches = 0;
  /** Of each search. */
  readonly signals: AbortSignal[] = [];
  /** Thrown by what must be kept, as by a full disk. */
  full: Error | undefined;

  constructor(own: Journal = new MemoryJournal('e1')) {
    this.#own = own;
    this.epoch = own.epoch;
    this.onTrouble = own.onTrouble;
  }

  get head(): number {
    return this.#own.head;
  }

  get trouble() {
    return this.#own.trouble;
  }

  readonly onAppend: Event<Fact> = (listener) => {
    const subscription = this.#own.onAppend(listener);
    this.readers++;
    return disposable(() => {
      this.readers--;
      subscription.dispose();
    });
  };

  append = (fact: NewFact) => this.#own.append(fact);
  itemsAfter = (seq: number) => this.#own.itemsAfter(seq);
  fate = (id: string) => this.#own.fate(id);
  close = () => this.#own.close();

  appendSafely(fact: NewFact): Fact {
    if (this.full) throw this.full;
    return this.#own.appendSafely(fact);
  }

  async sync(): Promise<void> {
    await this.disk;
    if (this.full) throw this.full;
    await this.#own.sync();
  }

  read(seq: number, maxBytes: number): Promise<Fact[]> {
    if (this.closed) return Promise.reject(new OffdeskError('storage_failed', 'It is closed.'));
    this.asked.push(maxBytes);
    return this.#own.read(seq, maxBytes);
  }

  tail = async (items: number) => this.#later(await this.#own.tail(items));
  page = async (place: PagePlace, items: number, maxBytes: number) =>
    this.#later(await this.#own.page(place, items, maxBytes));

  async search(query: string, before: number, limit: number, signal?: AbortSignal): Promise<SearchPage> {
    this.searches++;
    if (signal) this.signals.push(signal);
    return this.#later(await this.#own.search(query, before, limit, signal));
  }

  async #later<T>(value: T): Promise<T> {
    await this.ready;
    return value;
  }

  /** Until the function that it returns is called. */
  hold(): () => void {
    let go!: () => void;
    this.ready = new Promise((resolve) => (go = resolve));
    return go;
  }
}

const refused = () => Promise.reject(new OffdeskError('attachment_unknown', 'There is none.'));
export const noAttachments: AttachedFiles = {
  ...{ put: refused, piece: refused, drop: refused, read: refused, send: refused },
};

const noSpawner: SessionSpawner = {
  ...{ choices: refused, create: refused, close: refused, reopen: refused, removeWorktree: refused },
  choose: () => {},
};

export interface SetupOptions {
  spawner?: SessionSpawner;
  attachments?: AttachedFiles;
  filesLinked?: SessionDirectory['filesLinked'];
  terminals?: TerminalDirectory;
  journal?: Journal;
  past?: (before: string | undefined, limit: number) => PastResult;
}

export function setup(options: SetupOptions = {}) {
  const agent = new FakeAgent();
  const journal = new SlowJournal(options.journal);
  const make = (id: string, own: Journal) =>
    new Session({
      id,
      cwd: '/work',
      title: 'test',
      agentName: 'Fake',
      demo: false,
      agent,
      journal: own,
      clock: systemClock,
      log: silentLog,
    });
  const session = make('s1', journal);
  const changed = new Emitter<void>();
  const listed = new Map([['s1', session]]);
  /** Sessions that are over. */
  const over = new Map<string, Session>();
  const sessions: SessionDirectory = {
    spawner: options.spawner ?? noSpawner,
    list: () => [...listed.values()],
    get: (id) => listed.get(id),
    find: (id) => Promise.resolve(listed.get(id) ?? over.get(id)),
    past: (before, limit) => Promise.resolve(options.past?.(before, limit) ?? { sessions: [], next: null }),
    agentSessions: () => Promise.resolve({ agent: 'Fake', offered: false, sessions: [], next: null }),
    continueAgentSession: () => Promise.reject(new OffdeskError('session_unknown', 'There is none.')),
    onChange: changed.event,
    describe: () => ({ host: { name: 'host', build: 'test' }, sessions: [], warnings: [] }),
    files: () => Promise.resolve([]),
    filesLinked: options.filesLinked ?? (() => Promise.resolve()),
    attachments: options.attachments ?? noAttachments,
    ...(options.terminals && { terminals: options.terminals }),
  };
  const serve = (name: string, scope: Scope, desk?: DeskPort): TestTransport => {
    const [near, far] = transportPair();
    const identity: ClientIdentity = { origin: { kind: 'device', id: name, name }, name, scope: () => scope };
    serveClient({
      transport: far,
      client: identity,
      sessions,
      others: () => [],
      log: silentLog,
      ...(desk && { desk }),
    });
    return near;
  };
  const connect = async (name: string, scope: Scope = 'control', desk?: DeskPort) => {
    const transport = serve(name, scope, desk);
    const probe = new ProbeClient(transport);
    await probe.initialize();
    const received: string[] = [];
    transport.onMessage((message) => received.push(message));
    return Object.assign(probe, { transport, received });
  };
  return { agent, session, serve, connect, journal, changed, listed, over, make };
}

/** A desk whose status says nothing, and that is told when it changes. */
export function quietDesk(status: HostStatus): { desk: DeskPort; changed: Emitter<HostStatus> } {
  const changed = new Emitter<HostStatus>();
  return { desk: { status, onStatus: changed.event, handle: () => Promise.resolve({}) }, changed };
}

export const codeOf = (error: unknown) =>
  (error as { data?: { offdesk?: { code: string } } }).data?.offdesk?.code;

export const hasCode = (code: string) => (error: unknown) => codeOf(error) === code;

/** Everything has arrived at this client. */
export async function complete(probe: ProbeClient, session: { journal: Journal }): Promise<void> {
  await eventually(() => (probe.facts.at(-1)?.seq ?? 0) === session.journal.head, {
    what: 'the head',
    everyMs: 1,
  });
}

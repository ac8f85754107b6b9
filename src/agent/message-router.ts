/** The messages of one agent among the sessions that share its process: each session gets its own, and nothing else. */
import type { AnyMessage, AnyResponse } from '@agentclientprotocol/sdk';
import type { Log } from '../base/log.ts';
import { EarlyMessages } from './early-messages.ts';
import { authRequired, fieldOf, isCall, isRequest, refusal, sessionOf, takenBack } from './wire-messages.ts';
import type { Call, Id, Request } from './wire-messages.ts';

/** One session's place at the agent. */
export interface Seat {
  /** Takes what the agent says to it. */
  take(message: AnyMessage): void;
}

/** Something asked of the agent. */
interface Asked {
  /** Who asked; undefined for what this router asks itself. */
  seat: Seat | undefined;
  /** By which the seat knows it. */
  id: Id;
  method: string;
  session: string | undefined;
  /** Told of the answer, whether or not the seat is still there. */
  answered?: (well: boolean) => void;
}

export interface RouterPorts {
  /** To the agent. */
  send(message: AnyMessage): void;
  log: Log;
}

/** What begins a session with an id that the client knows. */
const comingBack = new Set(['session/load', 'session/resume']);
/** What begins one whose id is what the answer says; a copy names the session that it is of. */
const begun = new Set(['session/new', 'session/fork']);

export class MessageRouter {
  readonly #ports: RouterPorts;
  #ids = 0;
  /** By the id that the agent knows. */
  readonly #asked = new Map<Id, Asked>();
  /** What the agent asked, and has no answer to yet. */
  readonly #asks = new Map<Id, { seat: Seat; method: string }>();
  readonly #owners = new Map<string, Seat>();
  /** Sessions that nobody has any more, and whether the agent has closed them. */
  readonly #left = new Map<string, { closed: boolean }>();
  readonly #gone = new WeakSet<Seat>();
  readonly #early = new EarlyMessages();
  /** What it answered to `initialize`, which an agent is asked once. */
  #hello: unknown;
  #greeters: { seat: Seat; id: Id }[] = [];
  readonly #loggedIn = new Set<unknown>();
  #wantsLogin = false;
  #greeted = () => {};
  /** Resolves when it has answered `initialize`. */
  readonly greeted = new Promise<void>((resolve) => (this.#greeted = resolve));

  constructor(ports: RouterPorts) {
    this.#ports = ports;
  }

  /** It offers `session/close`, which ends all that runs in a session; else none could leave the others alone. */
  get closes(): boolean {
    const capabilities = fieldOf(fieldOf(this.#hello, 'agentCapabilities'), 'sessionCapabilities');
    return Boolean(fieldOf(capabilities, 'close'));
  }

  /** It wanted a login: of one that came meanwhile it may not know. */
  get wantsLogin(): boolean {
    return this.#wantsLogin;
  }

  /** Whether the agent has this session here, or may have it still. */
  holds(session: string): boolean {
    return this.#owners.has(session) || this.#left.get(session)?.closed === false;
  }

  /** From a session to the agent. */
  fromSeat(seat: Seat, message: AnyMessage): void {
    if (this.#gone.has(seat)) return;
    if (isRequest(message)) this.#ask(seat, message);
    else if (isCall(message)) this.#notify(seat, message);
    else if (this.#asks.get(message.id)?.seat === seat) {
      this.#asks.delete(message.id);
      this.#ports.send(message);
    }
  }

  /** From the agent. */
  fromAgent(message: AnyMessage): void {
    if (!isCall(message)) return this.#answered(message);
    const seat = this.#seatOf(message);
    if (seat) return this.#deliver(seat, message);
    const session = sessionOf(message) ?? this.#early.askedIn(takenBack(message));
    // Somebody's session begins, and its id is what the answer will say.
    const begins = session !== undefined && !this.#left.has(session) && this.#beginning;
    if (!begins || !this.#early.add(session, message)) this.#drop(message);
  }

  /**
   * Ends the seat's sessions in the agent; nothing of them reaches anybody any more. Resolves with whether nothing of
   * them goes on, within `ms`.
   */
  async leave(seat: Seat, ms: number): Promise<boolean> {
    this.#gone.add(seat);
    for (const [id, { seat: asked, method }] of this.#asks) {
      if (asked !== seat) continue;
      this.#asks.delete(id);
      this.#ports.send(refusal(id, method));
    }
    const sessions = [...this.#owners].flatMap(([session, owner]) => (owner === seat ? [session] : []));
    const ends = await Promise.all(sessions.map((session) => within(this.#end(session), ms)));
    return ends.every(Boolean);
  }

  get #beginning(): boolean {
    return [...this.#asked.values()].some(({ method }) => begun.has(method));
  }

  #ask(seat: Seat, message: Request): void {
    const { id, method, params } = message;
    if (method === 'initialize') return this.#greet(seat, message);
    if (method === 'authenticate') return this.#logIn(seat, message, fieldOf(params, 'methodId'));
    const session = sessionOf(message);
    if (session !== undefined && comingBack.has(method) && !this.#owners.has(session)) {
      this.#owners.set(session, seat);
      this.#left.delete(session);
    }
    const isOwn = session === undefined || begun.has(method) || this.#owners.get(session) === seat;
    if (isOwn) this.#forward({ seat, id, method, session }, params);
    else seat.take(refusal(id, method));
  }

  #greet(seat: Seat, { id, method, params }: Request): void {
    if (this.#hello !== undefined) return seat.take({ jsonrpc: '2.0', id, result: this.#hello });
    this.#greeters.push({ seat, id });
    const session = undefined;
    if (this.#greeters.length === 1) this.#forward({ seat: undefined, id, method, session }, params);
  }

  #logIn(seat: Seat, { id, method, params }: Request, way: unknown): void {
    if (this.#loggedIn.has(way)) return seat.take({ jsonrpc: '2.0', id, result: {} });
    const answered = (well: boolean) => void (well && this.#loggedIn.add(way));
    this.#forward({ seat, id, method, session: undefined, answered }, params);
  }

  #forward(asked: Asked, params: unknown): void {
    const id = ++this.#ids;
    this.#asked.set(id, asked);
    this.#ports.send({ jsonrpc: '2.0', id, method: asked.method, params });
  }

  #notify(seat: Seat, message: Call): void {
    const { method } = message;
    const own = takenBack(message);
    const session = sessionOf(message);
    if (own !== undefined) {
      const [requestId] = [...this.#asked].find(([, one]) => one.seat === seat && one.id === own) ?? [];
      if (requestId !== undefined) this.#ports.send({ jsonrpc: '2.0', method, params: { requestId } });
    } else if (session === undefined || this.#owners.get(session) === seat)
      this.#ports.send({ jsonrpc: '2.0', method, params: message.params });
  }

  #answered(message: AnyResponse): void {
    const asked = this.#asked.get(message.id);
    if (!asked) return;
    this.#asked.delete(message.id);
    const { seat, id, method } = asked;
    const well = 'result' in message;
    if ('error' in message && message.error.code === authRequired) this.#wantsLogin = true;
    if (method === 'initialize') return this.#welcome(message);
    const taken = this.#sessionAnswered(asked, message);
    asked.answered?.(well);
    if (seat && !this.#gone.has(seat)) seat.take(taken ? { ...message, id } : refusal(id, method));
    if (!this.#beginning) for (const early of this.#early.takeAll()) this.#drop(early);
  }

  #welcome(message: AnyResponse): void {
    this.#hello = 'result' in message ? message.result : undefined;
    for (const { seat, id } of this.#greeters.splice(0))
      if (!this.#gone.has(seat)) seat.take({ ...message, id });
    this.#greeted();
  }

  /** False where the answer cannot be meant for who asked. */
  #sessionAnswered({ seat, method, session }: Asked, message: AnyResponse): boolean {
    const well = 'result' in message;
    if (begun.has(method)) {
      const told = well ? fieldOf(message.result, 'sessionId') : undefined;
      return typeof told !== 'string' || this.#begun(told, seat, well);
    }
    if (session === undefined) return true;
    if (comingBack.has(method)) return this.#begun(session, seat, well);
    if (method === 'session/close' && well && this.#owners.get(session) === seat) {
      this.#owners.delete(session);
      this.#left.set(session, { closed: true });
    }
    return true;
  }

  /** False where the session is another seat's: an agent that calls two by one name has but one. */
  #begun(session: string, seat: Seat | undefined, well: boolean): boolean {
    const owner = this.#owners.get(session);
    if (!seat || this.#gone.has(seat)) {
      // It began when nobody waited for it any more.
      if (!owner) this.#left.set(session, { closed: !well });
      if (!owner && well) void this.#close(session);
      return true;
    }
    if (owner && owner !== seat) return false;
    if (!well) {
      this.#owners.delete(session);
      this.#left.set(session, { closed: true });
      return true;
    }
    this.#owners.set(session, seat);
    this.#left.delete(session);
    for (const early of this.#early.takeOf(session)) this.#deliver(seat, early);
    return true;
  }

  /** Resolves with true once nothing of it goes on. */
  async #end(session: string): Promise<boolean> {
    this.#owners.delete(session);
    this.#left.set(session, { closed: false });
    const turn = [...this.#asked.values()].find(
      (asked) => asked.session === session && asked.method === 'session/prompt',
    );
    if (turn) this.#ports.send({ jsonrpc: '2.0', method: 'session/cancel', params: { sessionId: session } });
    if (this.closes) return this.#close(session);
    if (!turn) return true;
    return new Promise((resolve) => (turn.answered = () => resolve(true)));
  }

  async #close(session: string): Promise<boolean> {
    if (!this.closes) return false;
    const well = await new Promise<boolean>((answered) => {
      const asked = { seat: undefined, id: null, method: 'session/close', session, answered };
      this.#forward(asked, { sessionId: session });
    });
    if (well && !this.#owners.has(session)) this.#left.set(session, { closed: true });
    return well;
  }

  /** Whose it is by what it names; undefined where that is nobody's, or not known. */
  #seatOf(message: Call): Seat | undefined {
    const session = sessionOf(message);
    if (session !== undefined) return this.#owners.get(session);
    const back = takenBack(message);
    if (back !== undefined) return this.#asks.get(back)?.seat;
    // A question about a request of the client, such as to begin a session.
    const { seat } = this.#asked.get(fieldOf(message.params, 'requestId') as Id) ?? {};
    return seat && !this.#gone.has(seat) ? seat : undefined;
  }

  #deliver(seat: Seat, message: AnyMessage): void {
    if (isRequest(message)) this.#asks.set(message.id, { seat, method: message.method });
    seat.take(message);
  }

  /** The agent must not wait for an answer that nobody can give. */
  #drop(message: AnyMessage): void {
    if (!isCall(message)) return;
    if (isRequest(message)) this.#ports.send(refusal(message.id, message.method));
    if (sessionOf(message) !== undefined)
      this.#ports.log.write('info', 'a message of no session here', { method: message.method });
  }
}

/** False where it takes longer. */
async function within(work: Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

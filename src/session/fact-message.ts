/** A fact as the message that carries it to a client, and what that message costs. */
import { toNotification, type Fact } from '../protocol/facts.ts';

/** What JSON-RPC adds to the params. */
const envelopeBytes = JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: 0 }).length - 1;

export interface FactMessage {
  /** Of session/update. */
  params: ReturnType<typeof toNotification>;
  /** UTF-8 bytes of the whole JSON-RPC message. */
  bytes: number;
}

/** Clients that keep up get the same fact at the same time; a fact belongs to one session. */
const known = new WeakMap<Fact, FactMessage>();

export function factMessage(sessionId: string, fact: Fact): FactMessage {
  let message = known.get(fact);
  if (!message) {
    const params = toNotification(sessionId, fact);
    message = { params, bytes: envelopeBytes + Buffer.byteLength(JSON.stringify(params)) };
    known.set(fact, message);
  }
  return message;
}

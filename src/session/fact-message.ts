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

export function factMessage(sessionId: string, fact: Fact): FactMessage {
  const params = toNotification(sessionId, fact);
  return { params, bytes: envelopeBytes + Buffer.byteLength(JSON.stringify(params)) };
}

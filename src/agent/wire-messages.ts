/** JSON-RPC messages as they are on an agent's pipe, looked at but not checked. */
import type { AnyMessage, AnyResponse } from '@agentclientprotocol/sdk';

export type Id = string | number | null;

/** ACP: the agent wants a login first. */
export const authRequired = -32000;

/** A request, or a notification, which has no id. */
export interface Call {
  jsonrpc: '2.0';
  id?: Id;
  method: string;
  params?: unknown;
}

export interface Request extends Call {
  id: Id;
}

export function isCall(message: AnyMessage): message is Exclude<AnyMessage, AnyResponse> {
  return 'method' in message;
}

export function isRequest(message: AnyMessage): message is Request {
  return 'method' in message && 'id' in message;
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The session that a message names. */
export function sessionOf({ params }: Call): string | undefined {
  const session = fieldOf(params, 'sessionId');
  return typeof session === 'string' ? session : undefined;
}

/** The request that a message takes back. */
export function takenBack({ method, params }: Call): Id | undefined {
  return method === '$/cancel_request' ? (fieldOf(params, 'requestId') as Id | undefined) : undefined;
}

/** Questions have an answer for when nobody is there; all else is an error (JSON-RPC: invalid params). */
export function refusal(id: Id, method: string): AnyMessage {
  switch (method) {
    case 'session/request_permission':
      return { jsonrpc: '2.0', id, result: { outcome: { outcome: 'cancelled' } } };
    case 'elicitation/create':
      return { jsonrpc: '2.0', id, result: { action: 'cancel' } };
    default:
      return { jsonrpc: '2.0', id, error: { code: -32602, message: 'This session is not open here.' } };
  }
}

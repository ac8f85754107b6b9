// JSON-RPC over lines, by hand: agents that misbehave must not depend on a library that behaves.
import { createInterface } from 'node:readline';

export function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

export function say(sessionId, text) {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  send({ method: 'session/update', params: { sessionId, update } });
}

/** Answers what `handlers` name; a handler returns the result, or undefined to answer never. */
export function serve(handlers) {
  const usual = {
    initialize: () => ({ protocolVersion: 1, agentCapabilities: {}, authMethods: [] }),
    'session/new': () => ({ sessionId: 'bad-1' }),
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    const result = { ...usual, ...handlers }[method]?.(params ?? {}, id);
    if (id !== undefined && result !== undefined) send({ id, result });
  });
}

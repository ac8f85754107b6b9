/** An agent that serves several sessions, each in its folder: writes files, says its process, waits, hangs, or dies. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import readline from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const folders = new Map();
/** Sessions in which a turn waits for its cancel. */
const waiting = new Map();

function say(sessionId, text) {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  send({ method: 'session/update', params: { sessionId, update } });
}

async function turn(sessionId, text) {
  const [word, name, ...rest] = text.split(' ');
  if (word === 'write') writeFileSync(join(folders.get(sessionId), name), `${rest.join(' ')}\n`);
  if (word === 'die') process.exit(3);
  if (word === 'pid') say(sessionId, `pid ${process.pid}`);
  else say(sessionId, `did ${text}`);
  if (word !== 'wait' && word !== 'hang') return { stopReason: 'end_turn' };
  await new Promise((resolve) => waiting.set(sessionId, { resolve, hangs: word === 'hang' }));
  return { stopReason: 'cancelled' };
}

const begin = (sessionId, cwd) => {
  folders.set(sessionId, cwd);
  return { sessionId };
};
const results = {
  initialize: () => ({ protocolVersion: 1, agentCapabilities: { loadSession: true } }),
  'session/new': ({ cwd }) => begin(randomUUID(), cwd),
  'session/load': ({ sessionId, cwd }) => begin(sessionId, cwd),
  'session/prompt': ({ sessionId, prompt }) => turn(sessionId, prompt[0].text),
};

const lines = readline.createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.on('line', async (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'session/cancel') {
    const held = waiting.get(params.sessionId);
    if (held && !held.hangs) held.resolve();
  }
  if (id === undefined) return;
  const answer = results[method];
  if (answer) send({ id, result: await answer(params) });
  else send({ id, error: { code: -32601, message: 'unknown' } });
});

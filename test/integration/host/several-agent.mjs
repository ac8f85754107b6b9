/**
 * An agent that serves several sessions, each in its folder: writes files, says its process, asks, waits, hangs, or
 * dies. It tells of a session's commands before it names the session. `unclosed` as its argument: it offers no
 * `session/close`.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import readline from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const folders = new Map();
/** Sessions in which a turn waits for its cancel. */
const waiting = new Map();
/** What it asked of the client. */
const asked = new Map();

const update = (sessionId, update) => send({ method: 'session/update', params: { sessionId, update } });

function say(sessionId, text) {
  update(sessionId, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
}

function ask(method, params) {
  const id = randomUUID();
  send({ id, method, params });
  return new Promise((resolve) => asked.set(id, resolve));
}

const options = [
  { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];
const schema = { type: 'object', properties: { colour: { type: 'string' } } };

async function turn(sessionId, text) {
  const [word, name, ...rest] = text.split(' ');
  if (word === 'write') writeFileSync(join(folders.get(sessionId), name), `${rest.join(' ')}\n`);
  if (word === 'die') process.exit(3);
  if (word === 'log-in') throw { code: -32000, message: 'Authentication required' };
  if (word === 'pid') say(sessionId, `pid ${process.pid}`);
  else if (word === 'ask') {
    const toolCall = { toolCallId: `of ${name}`, title: `touch ${name}` };
    const { outcome } = await ask('session/request_permission', { sessionId, toolCall, options });
    say(sessionId, `outcome ${name} ${outcome.optionId ?? outcome.outcome}`);
  } else if (word === 'form') {
    const form = { sessionId, mode: 'form', message: name, requestedSchema: schema };
    const { action, content } = await ask('elicitation/create', form);
    say(sessionId, `form ${name} ${content?.colour ?? action}`);
  } else say(sessionId, `did ${text}`);
  if (!['wait', 'hang', 'stuck'].includes(word)) return { stopReason: 'end_turn' };
  await new Promise((resolve) => waiting.set(sessionId, { resolve, word }));
  return { stopReason: 'cancelled' };
}

function begin(sessionId, cwd) {
  folders.set(sessionId, cwd);
  const availableCommands = [{ name: `of-${sessionId}`, description: '' }];
  update(sessionId, { sessionUpdate: 'available_commands_update', availableCommands });
  return { sessionId };
}

/** A stuck turn keeps even its session from being closed. */
function close(sessionId) {
  const held = waiting.get(sessionId);
  if (held?.word === 'stuck') return new Promise(() => {});
  held?.resolve();
  folders.delete(sessionId);
  return {};
}

const sessionCapabilities = process.argv.includes('unclosed') ? {} : { close: {} };
const results = {
  initialize: () => ({ protocolVersion: 1, agentCapabilities: { loadSession: true, sessionCapabilities } }),
  'session/new': ({ cwd }) => begin(randomUUID(), cwd),
  'session/load': ({ sessionId, cwd }) => begin(sessionId, cwd),
  'session/close': ({ sessionId }) => close(sessionId),
  'session/prompt': ({ sessionId, prompt }) => turn(sessionId, prompt[0].text),
};

const lines = readline.createInterface({ input: process.stdin });
// `lasting`: it outlives its host.
if (!process.argv.includes('lasting')) lines.on('close', () => process.exit(0));
else setInterval(() => {}, 1_000);
lines.on('line', async (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (method === undefined) return asked.get(id)?.(result ?? { outcome: { outcome: 'error' } });
  if (method === 'session/cancel') {
    const held = waiting.get(params.sessionId);
    if (held?.word === 'wait') held.resolve();
  }
  if (id === undefined) return;
  const answer = results[method];
  if (!answer) return send({ id, error: { code: -32601, message: 'unknown' } });
  try {
    send({ id, result: await answer(params) });
  } catch (error) {
    send({ id, error });
  }
});

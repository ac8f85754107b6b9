/**
 * An agent with sessions of its own on file, one of them of another folder; it tells what was said when it loads one.
 * What is said from then on is kept in `remembered.json`, a prompt and its answer each. With `more-sessions.json` it has
 * those, too, and copies them; with `never-copies` it is asked for copies, notes that there, and never answers. Anything may stand behind its name, as with an agent in a terminal.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import readline from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const cwd = process.cwd();
const sessions = [
  { sessionId: 'old-1', cwd, title: 'The first', updatedAt: '2026-11-01T10:00:00Z' },
  { sessionId: 'old-2', cwd: '/elsewhere', title: 'Elsewhere', updatedAt: '2026-11-02T10:00:00Z' },
  { sessionId: 'broken', cwd, title: 'Broken', updatedAt: '2026-11-03T10:00:00Z' },
];
const more = 'more-sessions.json';
const copies = existsSync(more);
if (copies) sessions.push(...JSON.parse(readFileSync(more, 'utf8')));
const file = 'remembered.json';
const remembered = () =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [['what was asked', 'what was said']];
const tell = (sessionId, kind, text) =>
  send({
    method: 'session/update',
    params: { sessionId, update: { sessionUpdate: kind, content: { type: 'text', text } } },
  });
const results = {
  initialize: () => ({
    protocolVersion: 1,
    agentCapabilities: {
      loadSession: true,
      sessionCapabilities: { list: {}, ...(copies && { fork: {}, close: {} }) },
    },
  }),
  'session/new': () => ({ sessionId: 'fresh' }),
  // Two pages.
  'session/list': ({ cursor }) =>
    cursor ? { sessions: sessions.slice(2) } : { sessions: sessions.slice(0, 2), nextCursor: 'more' },
  'session/fork'({ sessionId }) {
    const copy = `copy-of-${sessionId}`;
    tell(copy, 'agent_message_chunk', 'of the copy');
    return { sessionId: copy };
  },
  'session/close': () => ({}),
  'session/load'({ sessionId }) {
    if (sessionId === 'broken') return undefined;
    for (const [asked, said] of remembered()) {
      tell(sessionId, 'user_message_chunk', asked);
      tell(sessionId, 'agent_message_chunk', said);
    }
    return {};
  },
  'session/prompt'({ sessionId, prompt }) {
    writeFileSync(file, JSON.stringify([...remembered(), [prompt[0].text, `in ${sessionId}`]]));
    tell(sessionId, 'agent_message_chunk', `in ${sessionId}`);
    return { stopReason: 'end_turn' };
  },
};
const lines = readline.createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'session/fork' && existsSync('never-copies'))
    return appendFileSync('never-copies', 'asked ');
  const result = results[method]?.(params);
  if (id === undefined) return;
  send(result ? { id, result } : { id, error: { code: -32601, message: 'no' } });
});

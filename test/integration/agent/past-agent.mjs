// An agent asked for an earlier session, in all the ways that agents answer. It says which methods it was called with.
import { createInterface } from 'node:readline';
import { say, send } from '../../support/bad-agents/lines.mjs';

const [flavour = ''] = process.argv.slice(2);
const newId = 'new-1';
/** Twice this is longer than the test's bound of a start; once is shorter by what a busy machine may take. */
const slowMs = 5_000;
const capabilities = {
  resume: { loadSession: true, sessionCapabilities: { resume: {} } },
  'resume-fails': { loadSession: true, sessionCapabilities: { resume: {} } },
  none: {},
}[flavour] ?? { loadSession: true };
const state = { modes: { currentModeId: 'plan', availableModes: [{ id: 'plan', name: 'Plan' }] } };
const methods = [];

const update = (sessionId, update) => send({ method: 'session/update', params: { sessionId, update } });
const commands = (sessionId, name) =>
  update(sessionId, {
    sessionUpdate: 'available_commands_update',
    availableCommands: [{ name, description: '' }],
  });

function replay(sessionId) {
  const text = (text) => ({ content: { type: 'text', text } });
  commands(sessionId, 'first');
  update(sessionId, { sessionUpdate: 'current_mode_update', currentModeId: 'long-ago' });
  update(sessionId, { sessionUpdate: 'user_message_chunk', ...text('<system-reminder>synthetic') });
  update(sessionId, { sessionUpdate: 'user_message_chunk', ...text('what was asked') });
  update(sessionId, { sessionUpdate: 'agent_thought_chunk', ...text('what was thought') });
  update(sessionId, { sessionUpdate: 'agent_message_chunk', ...text('what was said') });
  update(sessionId, { sessionUpdate: 'tool_call', toolCallId: 'c1', title: 'what was done' });
  update(sessionId, { sessionUpdate: 'tool_call_update', toolCallId: 'c1', status: 'completed' });
  update(sessionId, { sessionUpdate: 'plan', entries: [] });
  update(sessionId, { sessionUpdate: 'odd_kind' });
  update(sessionId, { sessionUpdate: 'usage_update', used: 5, size: 10 });
  commands(sessionId, 'second');
}

const loads = {
  load(id, sessionId) {
    replay(sessionId);
    send({ id, result: state });
    commands(sessionId, 'third');
  },
  /** Gemini CLI: what was said comes after the answer. */
  late(id, sessionId) {
    // In one piece: that nothing came for a while is how its end is known.
    process.stdout.cork();
    send({ id, result: state });
    replay(sessionId);
    process.stdout.uncork();
    setTimeout(() => say(sessionId, 'later still'), 20);
  },
  refuse(id, sessionId) {
    replay(sessionId);
    send({ id, error: { code: -32603, message: 'No previous sessions found for this project.' } });
    say(sessionId, 'what was said');
  },
  null: (id) => send({ id, result: null }),
  login: (id) => send({ id, error: { code: -32000, message: 'Authentication required' } }),
  hang: (id, sessionId) => replay(sessionId),
  slow: (id) => setTimeout(() => send({ id, result: state }), slowMs),
  die(id, sessionId) {
    replay(sessionId);
    process.stdout.write('', () => process.exit(1));
  },
};

const answers = {
  initialize(id) {
    const hello = () => send({ id, result: { protocolVersion: 1, agentCapabilities: capabilities } });
    if (flavour === 'slow') setTimeout(hello, slowMs);
    else hello();
  },
  'session/new': (id) => send({ id, result: { sessionId: newId, ...state } }),
  'session/resume'(id, { sessionId }) {
    if (flavour === 'resume-fails') return send({ id, error: { code: -32601, message: 'Method not found' } });
    send({ id, result: state });
    commands(sessionId, 'third');
  },
  'session/load': (id, { sessionId }) => (loads[flavour] ?? loads.load)(id, sessionId),
  'session/prompt'(id, { sessionId }) {
    say(sessionId, `${sessionId}: ${methods.join(' ')}`);
    send({ id, result: { stopReason: 'end_turn' } });
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  methods.push(method);
  answers[method]?.(id, params ?? {});
});

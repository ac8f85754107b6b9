// An agent whose prompts name what it does: the shapes and orders that real agents have and the SDK's types have not.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { say, send } from '../../support/bad-agents/lines.mjs';

const [flavour = ''] = process.argv.slice(2);
const sessionId = 'odd-1';
const permission = {
  sessionId,
  toolCall: { toolCallId: 'c1', title: 'touch file', oddField: 7 },
  options: [
    { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ],
};
const form = {
  sessionId,
  mode: 'form',
  message: 'Which one?',
  requestedSchema: { type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'] },
};

const update = (update) => send({ method: 'session/update', params: { sessionId, update } });
const done = (id, stopReason = 'end_turn') => send({ id, result: { stopReason } });

const prompts = {
  odd(id) {
    say(sessionId, 'one');
    update({ sessionUpdate: 'odd_kind', depth: { kept: [1, null] } });
    update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'hologram', data: 'x' },
      oddField: { a: 1 },
    });
    send({ method: 'session/update', params: { sessionId } });
    send({ method: 'session/update', params: { sessionId, update: { noKind: true } } });
    say(sessionId, 'two');
    done(id);
  },
  burst(id) {
    for (let i = 1; i <= 2_000; i++) say(sessionId, `${i} `);
    done(id);
  },
  noise(id) {
    for (let i = 0; i < 3; i++) {
      process.stdout.write('npm WARN something is deprecated\n'.repeat(60));
      say(sessionId, `${i} `);
    }
    done(id);
  },
  last() {
    for (let i = 1; i <= 2_000; i++) say(sessionId, `${i} `);
    process.stdout.write('', () => process.exit(0));
  },
  permission: (id) => send({ id: `ask-${id}`, method: 'session/request_permission', params: permission }),
  form: (id) => send({ id: `ask-${id}`, method: 'elicitation/create', params: form }),
  withdraw(id) {
    send({ id: `ask-${id}`, method: 'session/request_permission', params: permission });
    send({ method: '$/cancel_request', params: { requestId: `ask-${id}` } });
  },
  environment(id) {
    say(sessionId, JSON.stringify({ token: process.env.OFFDESK_REGISTRATION_TOKEN, own: process.env.OWN }));
    done(id);
  },
  /** A child that ignores SIGTERM, as build tools do, and that nobody waits for. */
  children: (id) => child(id, false),
  /** A command in a session of its own, as Claude Code and opencode run theirs. */
  command: (id) => child(id, true),
};

function child(id, detached) {
  const program = `process.on('SIGTERM', () => {}); process.stdout.write('x'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', program], { detached, stdio: ['ignore', 'pipe', 'ignore'] });
  child.unref();
  child.stdout.once('data', () => {
    say(sessionId, String(child.pid));
    done(id);
  });
}

const answers = {
  initialize: (id) =>
    send({
      id,
      result: {
        protocolVersion: flavour === 'version' ? 7 : 1,
        agentCapabilities: { promptCapabilities: { image: true } },
        authMethods: flavour === 'auth' ? [{ id: 'key', name: 'Key' }] : [],
      },
    }),
  authenticate(id, { methodId }) {
    authenticated = methodId;
    send({ id, result: {} });
  },
  'session/new': (id) =>
    send({
      id,
      result: {
        sessionId,
        modes: {
          currentModeId: 'ask',
          availableModes: [{ id: 'ask', name: `Ask ${authenticated}`, hue: 1 }],
        },
      },
    }),
  'session/prompt'(id, { prompt }) {
    const [{ text }] = prompt;
    waiting = id;
    prompts[text](id);
  },
};
let waiting;
let authenticated = 'nobody';

if (flavour === 'deaf') process.on('SIGTERM', () => {});
if (flavour === 'deaf') setInterval(() => {}, 1_000);
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method !== undefined) return answers[method]?.(id, params ?? {});
  // The answer to this agent's own question ends the turn.
  say(sessionId, JSON.stringify(result ?? { code: error.code }));
  done(waiting);
});

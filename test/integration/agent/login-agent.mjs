// An agent like none in the SDK's examples: begins sessions without a login (Claude Code), has an option for modes
// (opencode). A file in its folder is the login; with `status` it only says whether it is there.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { say, send } from '../../support/bad-agents/lines.mjs';

const [login, status] = process.argv.slice(2);
/** A process knows the login with which it began. */
const loggedIn = existsSync(login);
const sessionId = 'login-1';
let mode = 'build';
const configOptions = () => [
  { id: 'model', name: 'Model', category: 'model', type: 'select', currentValue: 'm', options: [] },
  {
    ...{ id: 'how', name: 'Session Mode', category: 'mode', type: 'select', currentValue: mode },
    options: [
      { group: 'g', name: 'Group', options: [{ value: 'build', name: 'Build', description: 'Does it.' }] },
      { value: 'plan', name: 'Plan' },
    ],
  },
];

const answers = {
  initialize: () => ({ protocolVersion: 1, agentCapabilities: {} }),
  'session/new': () => ({ sessionId, configOptions: configOptions() }),
  'session/set_config_option'({ configId, value }) {
    if (configId === 'how') mode = value;
    return { configOptions: configOptions() };
  },
  'session/prompt'({ prompt: [{ text }] }) {
    if (!loggedIn) return undefined;
    say(sessionId, text);
    if (text === 'plan') {
      mode = 'plan';
      const update = { sessionUpdate: 'config_option_update', configOptions: configOptions() };
      send({ method: 'session/update', params: { sessionId, update } });
    }
    return { stopReason: 'end_turn' };
  },
};

if (status === 'status') process.stdout.write(JSON.stringify({ loggedIn, method: 'file' }));
else {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) return;
    const result = answers[method]?.(params);
    const error = { code: -32000, message: 'Authentication required' };
    send(result ? { id, result } : { id, error });
  });
}

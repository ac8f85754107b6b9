// An agent that begins no session without a login, and offers two: by `authenticate`, and as a program for a terminal.
// A file is the login. `authenticate` asks for an address to be opened; with --login the program writes the file.
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { send } from '../../support/bad-agents/lines.mjs';

const [login, flag] = process.argv.slice(2);
let asked;
const authMethods = [
  { id: 'page', name: 'On a page' },
  { id: 'terminal', name: 'In a terminal', type: 'terminal', args: ['--login'] },
];

const answers = {
  initialize({ clientCapabilities }) {
    const offered = authMethods.filter(
      ({ type }) => type !== 'terminal' || clientCapabilities.auth?.terminal,
    );
    return { protocolVersion: 1, agentCapabilities: {}, authMethods: offered };
  },
  'session/new': () => (existsSync(login) ? { sessionId: 'in-1' } : undefined),
  'session/prompt': () => ({ stopReason: 'end_turn' }),
};

if (flag === '--login') writeFileSync(login, 'by terminal');
else {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params, result } = JSON.parse(line);
    if (method === 'authenticate') {
      asked = id;
      // With an address within, as OAuth has it: encoded once more or once less it would be another.
      const url = 'https://login.example/device?back=http%3A%2F%2F127.0.0.1%2F%3Fa%3D1%26b%3D2&state=a%2Bb';
      const ask = { mode: 'url', url, message: 'Type the code ABCD.', elicitationId: 'e', requestId: id };
      send({ id: 'open', method: 'elicitation/create', params: ask });
    } else if (id === 'open') {
      if (result?.action === 'accept') writeFileSync(login, 'by page');
      const error = { code: -32000, message: 'Nobody logged in' };
      send(result?.action === 'accept' ? { id: asked, result: {} } : { id: asked, error });
    } else if (id !== undefined && method) {
      const given = answers[method]?.(params);
      send(
        given ? { id, result: given } : { id, error: { code: -32000, message: 'Authentication required' } },
      );
    }
  });
}

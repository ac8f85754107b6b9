// What every scripted agent needs: ACP on standard input and output, with one session and a turn of the caller's.
import { createInterface } from 'node:readline';

/**
 * `turn(text)` resolves when the turn of a prompt with that text is over. What is returned: `update` writes a
 * session/update and resolves once it is written, `isStopped` tells whether the turn was cancelled.
 */
export function serveAgent(turn) {
  const sessionId = 'scripted';
  let stopped = false;
  const send = (message) =>
    new Promise((resolve) =>
      process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`, resolve),
    );
  const update = (body) => send({ method: 'session/update', params: { sessionId, update: body } });

  async function answer(method, params) {
    switch (method) {
      case 'initialize':
        return { protocolVersion: 1, agentCapabilities: { loadSession: true } };
      case 'session/new':
        return { sessionId };
      case 'session/prompt':
        stopped = false;
        await turn(params.prompt[0].text);
        return { stopReason: stopped ? 'cancelled' : 'end_turn' };
      default:
        return {};
    }
  }

  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'session/cancel') stopped = true;
    if (id === undefined || method === undefined) return;
    answer(method, params).then(
      (result) => send({ id, result }),
      (error) => send({ id, error: { code: -32603, message: String(error) } }),
    );
  });
  return { update, isStopped: () => stopped };
}

// An ACP agent whose prompts are the names of what it then sends: see long-contents.mjs.
import { createInterface } from 'node:readline';
import { contents } from './long-contents.mjs';

const sessionId = 'long';
/** Updates after which it takes a breath, as what streams does. */
const breathAfter = 50;

const send = (message) =>
  new Promise((resolve) =>
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`, resolve),
  );
const tell = (update) => send({ method: 'session/update', params: { sessionId, update } });

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined || method === undefined) return;
  answer(method, params).then(
    (result) => send({ id, result }),
    (error) => send({ id, error: { code: -32603, message: String(error) } }),
  );
});

async function answer(method, params) {
  switch (method) {
    case 'initialize':
      return { protocolVersion: 1, agentCapabilities: { loadSession: true } };
    case 'session/new':
      return { sessionId };
    case 'session/prompt':
      return turn(params.prompt[0].text);
    default:
      return {};
  }
}

async function turn(what) {
  let count = 0;
  for (const update of contents[what]()) {
    await tell(update);
    if (++count % breathAfter === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await tell({ sessionUpdate: 'notice', title: `The ${what} is over.` });
  return { stopReason: 'end_turn' };
}

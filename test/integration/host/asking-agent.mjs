/** An agent that asks: a prompt `ask N` asks N questions, 25 at a time, and says what it got for each. */
import readline from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const waiting = new Map();
const sessionId = 'asking';
let asked = 0;

function ask(number) {
  const id = `ask-${number}`;
  const options = ['desk', 'one', 'two'].map((name) => ({ optionId: name, name, kind: 'allow_once' }));
  const params = { sessionId, toolCall: { toolCallId: id, title: `Question ${number}` }, options };
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    send({ id, method: 'session/request_permission', params });
  });
}

async function turn(count) {
  for (let at = 0; at < count; at += 25) {
    const numbers = Array.from({ length: Math.min(25, count - at) }, () => ++asked);
    const answers = await Promise.all(numbers.map(async (number) => `${number}=${await ask(number)}`));
    const content = { type: 'text', text: `${answers.join(' ')} ` };
    send({
      method: 'session/update',
      params: { sessionId, update: { sessionUpdate: 'agent_message_chunk', content } },
    });
  }
  return { stopReason: 'end_turn' };
}

const results = {
  initialize: () => ({ protocolVersion: 1, agentCapabilities: {} }),
  'session/new': () => ({ sessionId }),
  'session/prompt': ({ prompt }) => turn(Number(/\d+/.exec(prompt[0].text)[0])),
};

const lines = readline.createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.on('line', async (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (method === undefined) {
    const settle = waiting.get(id);
    // A second answer to one question would show.
    if (!settle) throw new Error(`an answer to ${id}, which does not wait`);
    waiting.delete(id);
    settle(result?.outcome?.optionId ?? result?.outcome?.outcome);
  } else if (id !== undefined) {
    const answer = results[method];
    if (answer) send({ id, result: await answer(params) });
    else send({ id, error: { code: -32601, message: 'unknown' } });
  }
});

// A minimal ACP agent on stdio: echoes prompts word by word; `ask` asks for permission, `wait` waits for a cancel.
import { agent, ndJsonStream } from '@agentclientprotocol/sdk';
import { Readable, Writable } from 'node:stream';

let stop = () => {};
const app = agent({ name: 'tiny' })
  .onRequest('initialize', () => ({ protocolVersion: 1, agentCapabilities: {} }))
  .onRequest('session/new', () => ({ sessionId: 'tiny-1' }))
  .onNotification('session/cancel', () => stop())
  .onRequest('session/prompt', async ({ params, client }) => {
    const { sessionId } = params;
    const say = (text) =>
      client.notify('session/update', {
        sessionId,
        update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
      });
    const text = params.prompt[0].text;
    if (text === 'ask') {
      const { outcome } = await client.request('session/request_permission', {
        sessionId,
        toolCall: { toolCallId: 'c1', title: 'touch file' },
        options: [
          { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
          { optionId: 'no', name: 'No', kind: 'reject_once' },
        ],
      });
      await say(`outcome ${outcome.optionId ?? outcome.outcome}`);
      return { stopReason: outcome.outcome === 'cancelled' ? 'cancelled' : 'end_turn' };
    }
    if (text === 'wait') {
      await say('waiting');
      await new Promise((resolve) => (stop = resolve));
      return { stopReason: 'cancelled' };
    }
    for (const word of text.split(' ')) await say(`${word} `);
    for (const { type, name, uri } of params.prompt.slice(1)) await say(`[${type}](${name})(${uri}) `);
    return { stopReason: 'end_turn' };
  });
app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

// An ACP agent whose process outlives its host: it does not end with its stdin. It keeps its session in a file and
// loads it again, and writes down what reached it. `wait` waits for a cancel; all else is echoed.
// Arguments: the folder for `log` (a line each: pid, what) and `session`; then `forgets` where it can't load.
import { agent, ndJsonStream } from '@agentclientprotocol/sdk';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';

const [folder, ability] = process.argv.slice(2);
const kept = join(folder, 'session');
const log = (what) => appendFileSync(join(folder, 'log'), `${process.pid} ${what}\n`);
log('started');
setInterval(() => {}, 1000);
process.stdin.on('error', () => {});

let stop = () => {};
const app = agent({ name: 'lasting' })
  .onRequest('initialize', () => ({
    protocolVersion: 1,
    agentCapabilities: ability === 'forgets' ? {} : { loadSession: true },
  }))
  .onRequest('session/new', () => {
    writeFileSync(kept, 'lasting-1');
    log('new');
    return { sessionId: 'lasting-1' };
  })
  .onRequest('session/load', ({ params }) => {
    if (!existsSync(kept)) throw new Error('no such session');
    log(`load ${params.sessionId}`);
    return {};
  })
  .onNotification('session/cancel', () => stop())
  .onRequest('session/prompt', async ({ params, client }) => {
    const { sessionId } = params;
    const { text } = params.prompt[0];
    log(`prompt ${text}`);
    const say = (words) =>
      client.notify('session/update', {
        sessionId,
        update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } },
      });
    await say(`echo ${text}`);
    if (text !== 'wait') return { stopReason: 'end_turn' };
    await new Promise((resolve) => (stop = resolve));
    return { stopReason: 'cancelled' };
  });
app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

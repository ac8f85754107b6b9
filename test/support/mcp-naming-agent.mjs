// An ACP agent that writes down which MCP servers each session request named: a line of JSON in the file NAMED.
// ABILITIES: JSON of its agentCapabilities. REFUSES: it begins no session with any server.
import { agent, ndJsonStream, RequestError } from '@agentclientprotocol/sdk';
import { appendFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';

const { NAMED, ABILITIES = '{}', REFUSES } = process.env;

function begin(method, { mcpServers }) {
  appendFileSync(NAMED, `${JSON.stringify({ method, mcpServers })}\n`);
  if (REFUSES && mcpServers.length > 0) throw new RequestError(-32603, 'no servers here');
}

const app = agent({ name: 'naming' })
  .onRequest('initialize', () => ({ protocolVersion: 1, agentCapabilities: JSON.parse(ABILITIES) }))
  .onRequest('session/new', ({ params }) => {
    begin('new', params);
    return { sessionId: 'naming-1' };
  })
  .onRequest('session/load', ({ params }) => {
    begin('load', params);
    return {};
  })
  .onRequest('session/resume', ({ params }) => {
    begin('resume', params);
    return {};
  })
  .onRequest('session/prompt', () => ({ stopReason: 'end_turn' }));
app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

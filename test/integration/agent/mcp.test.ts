/** MCP servers on their way to a real process: with each way in which a session begins, and where it is refused. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpServer } from '../../../src/agent/mcp-supply.ts';
import { Upstream } from '../../../src/agent/upstream.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentSink } from '../../../src/session/agent-port.ts';
import { root } from '../../support/paths.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const agent = join(root, 'test', 'support', 'mcp-naming-agent.mjs');
const sink: AgentSink = {
  update() {},
  ask: () => Promise.resolve({ outcome: 'cancelled' }),
  exited() {},
};
const servers: McpServer[] = [
  { name: 'local', command: '/bin/x', args: ['a'], env: [{ name: 'K', value: 'v' }] },
  { type: 'http', name: 'far', url: 'https://a.example/', headers: [] },
  { type: 'sse', name: 'old', url: 'https://b.example/', headers: [] },
];

describe('MCP servers for an agent', function () {
  this.timeout(60_000);
  const upstreams: Upstream[] = [];
  afterEach(() => Promise.all(upstreams.splice(0).map((upstream) => upstream.stop())));

  /** What the agent was asked with, request by request, and what was told that it did not get. */
  async function start(env: Record<string, string>, earlier?: string) {
    const folder = tempFolder();
    const file = join(folder, 'named');
    const told: unknown[] = [];
    const upstream = new Upstream({
      ...{ name: 'Naming agent', command: process.execPath, args: [agent], installHint: '', loginHint: '' },
      ...{ authMethod: undefined, cwd: folder, log: silentLog, env: { NAMED: file, ...env } },
      mcp: { servers: () => Promise.resolve(servers), notTaken: (names, kind) => told.push([names, kind]) },
    });
    upstreams.push(upstream);
    const offers = await upstream.start(sink, earlier);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const asked = lines.map((line) => JSON.parse(line) as { method: string; mcpServers: McpServer[] });
    return { offers, asked, told };
  }

  it('I5: session/new names those on stdio as they are, and http and sse by capability', async () => {
    const plain = await start({});
    assert.deepEqual(plain.asked, [{ method: 'new', mcpServers: servers.slice(0, 1) }]);
    assert.deepEqual(plain.told, [[['far', 'old'], 'transport']]);
    const all = await start({ ABILITIES: '{"mcpCapabilities": {"http": true, "sse": true}}' });
    assert.deepEqual(all.asked, [{ method: 'new', mcpServers: servers }]);
    assert.deepEqual(all.told, []);
  });

  it('I5: so do session/load and session/resume', async () => {
    const load = await start({ ABILITIES: '{"loadSession": true}' }, 'earlier');
    assert.deepEqual(load.asked, [{ method: 'load', mcpServers: servers.slice(0, 1) }]);
    assert.equal(load.offers.kept, true);
    const resume = await start({ ABILITIES: '{"sessionCapabilities": {"resume": {}}}' }, 'earlier');
    assert.deepEqual(resume.asked, [{ method: 'resume', mcpServers: servers.slice(0, 1) }]);
  });

  it('I5: an agent that refuses a session with them gets one without, which is told', async () => {
    const { offers, asked, told } = await start({ REFUSES: '1' });
    assert.equal(offers.session, 'naming-1');
    assert.deepEqual(
      asked.map(({ mcpServers }) => mcpServers.length),
      [1, 0],
    );
    assert.deepEqual(told, [
      [['far', 'old'], 'transport'],
      [['local'], 'refused'],
    ]);
  });
});

/** MCP servers of the folder reach every agent: after a yes their tools are called, without one nothing knows them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpListing, McpWord } from '../../src/host/mcp/mcp-ports.ts';
import { root } from '../support/paths.ts';
import { agentMissing, agentsPlace, everyAgent, type AnyAgent } from '../support/real-agents.ts';
import { eventually } from '../support/wait.ts';
import { AgentWorld, choose, patienceMs, type Place } from './agent-world.ts';

const server = join(root, 'test', 'support', 'mcp-server.mjs');

/** An agent in a folder that names two servers, one of which nobody can fill in. */
class McpWorld extends AgentWorld {
  readonly listed: McpListing[][] = [];
  word: McpWord = 'allow';

  constructor(name: AnyAgent, place: Place) {
    super(name, place);
    mkdirSync(join(this.workspace, '.vscode'));
    const memo = {
      command: process.execPath,
      args: [server, '${workspaceFolderBasename}'],
      env: { WORD: 'wheelbarrow', WORD_LOG: this.#log },
    };
    const lost = { command: process.execPath, env: { KEY: '${input:key}' } };
    writeFileSync(join(this.workspace, '.vscode', 'mcp.json'), JSON.stringify({ servers: { memo, lost } }));
  }

  get #log(): string {
    return join(this.workspace, '.vscode', 'methods.txt');
  }

  /** Methods that the server was asked for. */
  get methods(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').split('\n') : [];
  }

  startAsked(): Promise<void> {
    const confirm = (servers: McpListing[]) => {
      this.listed.push(servers);
      return Promise.resolve(this.word);
    };
    return this.start({ mcp: { sources: () => [], confirm } });
  }

  said(text: string): boolean {
    return this.host.status.notices.some(({ message }) => message.includes(text));
  }
}

describe('MCP servers of the folder', function () {
  this.timeout(4 * 60_000);
  const place = agentsPlace(50);
  let world: McpWorld | undefined;

  function prepare(name: AnyAgent, test: Mocha.Context): McpWorld {
    const missing = agentMissing(name);
    if (missing) {
      console.log(`skipped: ${missing}`);
      test.skip();
    }
    return (world = new McpWorld(name, place));
  }

  afterEach(async () => {
    await world?.dispose();
    world = undefined;
  });

  for (const name of everyAgent) {
    it(`C16, I5: ${name} gets them after a yes`, async function () {
      const made = prepare(name, this);
      await made.startAsked();
      assert.deepEqual(
        made.listed.map((servers) => servers.map((one) => one.name)),
        [['memo']],
      );
      assert.ok(made.said('lost needs ${input:key}'));
      assert.ok(!JSON.stringify(made.host.status).includes('wheelbarrow'));
      if (name === 'copilot') {
        // It never starts those that a client names: that is said.
        assert.ok(made.said('did not get'), JSON.stringify(made.host.status.notices));
        assert.deepEqual(made.methods, []);
        return;
      }
      // Some connect after the session has begun.
      await eventually(() => made.methods.includes('tools/list'), {
        what: 'the agent to ask for tools',
        timeoutMs: patienceMs,
      });
      // Codex keeps such tools from a model until that searches for them, which the scripted one does not.
      if (name === 'codex') return;
      const { prompt, text } = await made.turn('Please run [[mcp]]', choose('allow_once'));
      assert.equal(prompt.state, 'done');
      assert.match(text, /The word is wheelbarrow, in garden-shed\./);
    });
  }

  it('C16, I2: a no is kept and can be changed; it counts from the next start of the agent', async function () {
    const made = prepare('claude', this);
    made.word = 'refuse';
    await made.startAsked();
    const without = await made.turn('Please run [[mcp]]', choose('allow_once'));
    assert.match(without.text, /NO TOOL for mcp/);
    assert.deepEqual(made.methods, []);
    made.word = 'allow';
    assert.deepEqual(await made.host.reviewMcp?.(), { servers: 1, word: 'allow' });
    made.killAgent();
    await eventually(() => made.transcript.agent.state === 'exited', { what: 'the end of the agent' });
    const { text } = await made.turn('Please run [[mcp]]', choose('allow_once'));
    assert.match(text, /The word is wheelbarrow, in garden-shed\./);
    assert.equal(made.listed.length, 2);
  });
});

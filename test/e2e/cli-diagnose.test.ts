/** On the command line: what stands in the way, and the MCP servers of the folder. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliHost, cliEnvironment } from '../support/cli-host.ts';
import { cliPath, root } from '../support/paths.ts';
import { freePort } from '../support/ports.ts';
import { run } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';

describe('diagnose and MCP servers on the command line', function () {
  this.timeout(120_000);
  let home: string;
  let cwd: string;
  beforeEach(() => {
    home = tempFolder('od-home');
    cwd = tempFolder('od-ws');
  });

  const diagnose = (...args: string[]) => {
    const env = { ...cliEnvironment(home), OFFDESK_REGISTRATION_TOKEN: 'hunter2-hunter2' };
    return run(process.execPath, [cliPath, 'diagnose', '--cwd', cwd, ...args], { env, anyCode: true });
  };

  it('S13, Y5: prints what it finds, and ends with 1 where there is a problem', async () => {
    const well = await diagnose('--agent', 'demo');
    assert.equal(well.code, 0, well.stdout);
    assert.match(well.stdout, /## Versions\n/);
    const port = await freePort();
    const wrong = await diagnose('--agent', 'demo', '--relay', `https://127.0.0.1:${port}`);
    assert.equal(wrong.code, 1, wrong.stdout);
    assert.match(wrong.stdout, /## Relay\n- \*\*Problem\*\* .* → /);
    assert.ok(!`${well.stdout}${wrong.stdout}`.includes('hunter2'));
    assert.equal(existsSync(join(home, '.offdesk')), false, 'it makes nothing');
  });

  it('C16, I7: servers of the folder are told, and go to the agent with --mcp alone', async () => {
    const env = { KEY: 'hunter2-hunter2' };
    const server = { command: process.execPath, args: ['${workspaceFolder}/server.js'], env };
    mkdirSync(join(cwd, '.vscode'));
    writeFileSync(join(cwd, '.vscode', 'mcp.json'), JSON.stringify({ servers: { memo: server } }));
    const agent = join(root, 'test', 'support', 'mcp-naming-agent.mjs');
    for (const mcp of [false, true]) {
      const named = join(home, `named-${mcp}.json`);
      const host = new CliHost({
        ...{ home, cwd, env: { NAMED: named } },
        args: ['--agent-command', `${process.execPath} ${agent}`, ...(mcp ? ['--mcp'] : [])],
      });
      try {
        const { text } = await host.event('activity', (event) =>
          String(event['text']).startsWith('MCP server'),
        );
        const how = mcp ? 'passed on' : 'not passed on \\(--mcp does\\)';
        assert.match(String(text), new RegExp(`^MCP server memo, ${how}: KEY=… .*server\\.js$`));
        await host.ready();
        // A whole line: the file is there before what is written to it.
        const [asked] = await eventually(() => /^.+(?=\n)/.exec(readFileSync(named, 'utf8')), {
          what: 'a session of the agent',
        });
        assert.ok(!host.process.output.includes('hunter2'));
        const { mcpServers } = JSON.parse(asked) as { mcpServers: { name: string; env: object[] }[] };
        const passed = mcpServers.map((one) => [one.name, one.env]);
        assert.deepEqual(passed, mcp ? [['memo', [{ name: 'KEY', value: 'hunter2-hunter2' }]]] : []);
      } finally {
        await host.stop();
      }
    }
  });
});

/** A login at the desk: what the agent offers is there while its start waits for it, and the start follows. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { AgentLogin, RemoteHost } from '../../../src/host/api.ts';
import { root } from '../../support/paths.ts';
import { testHost } from '../../support/test-host.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const script = join(root, 'test', 'integration', 'agent', 'logged-out-agent.mjs');

describe('login at the desk', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let host: RemoteHost;
  let login: AgentLogin;

  beforeEach(async () => {
    folder = tempFolder('od-login');
    file = join(folder, 'login');
    const test = await testHost({
      agent: { kind: 'command', name: 'Locked', command: process.execPath, args: [script, file] },
    });
    host = test.host;
    await host.start();
    login = await eventually(() => host.login?.(), { what: 'a way to log in' });
  });
  afterEach(async () => {
    await host.stop();
    removeFolder(folder);
  });

  const ready = () =>
    eventually(() => host.status.agent?.state === 'ready', { what: 'the agent to be ready' });
  const asked: string[][] = [];
  const ports = (open: boolean, signal = new AbortController().signal) => ({
    signal,
    openUrl: (...words: string[]) => {
      asked.push(words);
      return Promise.resolve(open);
    },
  });

  it('A26: it says what is missing, with the ways that the agent offers', () => {
    assert.equal(host.status.error?.code, 'agent_login_required');
    assert.match(host.status.error.next, /at the desk/, 'a phone can do nothing about it');
    assert.equal(login.name, 'Locked');
    assert.deepEqual(
      login.ways.map(({ kind, label }) => [kind, label]),
      [
        ['call', 'On a page'],
        ['terminal', 'In a terminal'],
      ],
    );
  });

  it('A26: after the login in a terminal the start goes on, and nothing waits any more', async () => {
    const way = login.ways[1]!;
    assert.ok(way.kind === 'terminal');
    const { status } = spawnSync(way.command, way.args, { env: { ...process.env, ...way.env } });
    assert.equal(status, 0);
    await login.again();
    await ready();
    assert.equal(host.login?.(), undefined);
    assert.equal(host.status.error, null);
  });

  it('A26: the agent opens its page by the desk, with what it says of it', async () => {
    asked.length = 0;
    await login.call('page', ports(true));
    const url = 'https://login.example/device?back=http%3A%2F%2F127.0.0.1%2F%3Fa%3D1%26b%3D2&state=a%2Bb';
    assert.deepEqual(asked, [[url, 'Type the code ABCD.']]);
    assert.equal(readFileSync(file, 'utf8'), 'by page');
    await login.again();
    await ready();
  });

  it('A26: one that was refused or given up says so, and can be tried again', async () => {
    const failed = { code: 'agent_login_required' };
    await assert.rejects(login.call('page', ports(false)), failed);
    const given = new AbortController();
    const never = { signal: given.signal, openUrl: () => new Promise<boolean>(() => given.abort()) };
    await assert.rejects(login.call('page', never), failed);
    assert.equal(existsSync(file), false);
    await assert.rejects(login.again(), failed);
    assert.equal(host.login?.()?.ways.length, 2);
  });
});

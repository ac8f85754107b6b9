/** A host with sessions of several folders that is killed: the next one has them all, each where it worked. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { methods, type PastResult } from '../../../src/protocol/methods.ts';
import type { NewSessionParams, NewSessionResult } from '../../../src/protocol/new-session.ts';
import { CliHost } from '../../support/cli-host.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { makeRepository } from '../../support/repository.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestDevice } from '../../support/test-device.ts';
import { eventually } from '../../support/wait.ts';

const agent = resolve('test/integration/host/several-agent.mjs');

describe('a host with sessions of several folders', function () {
  this.timeout(180_000);
  const device = new TestDevice();
  const clis: CliHost[] = [];
  const home = tempFolder('od-home');
  const cwd = tempFolder('od-ws');

  after(async () => {
    device.dispose();
    for (const cli of clis) await cli.stop();
  });

  function start(): CliHost {
    const cli = new CliHost({ args: ['--agent-command', `${process.execPath} ${agent}`], home, cwd });
    clis.push(cli);
    return cli;
  }

  it('H20, B10: killed with three working, it has them back in their folders, with their worktrees (C18)', async () => {
    makeRepository(cwd);
    mkdirSync(join(cwd, 'part'));
    const first = start();
    const paired = device.pair(await first.ready());
    await first.event('pairing');
    first.say('y');
    await paired;
    const one = await device.connect();
    await eventually(() => one.state?.sessions.length === 1, { what: 'a session', timeoutMs: 60_000 });
    const wishes: NewSessionParams[] = [
      { spawn: 'worktree', name: 'First tree' },
      { spawn: 'worktree', name: 'Second tree' },
      { folder: join(cwd, 'part'), name: 'Part' },
    ];
    const ids: string[] = [];
    for (const wish of wishes)
      ids.push((await one.request<NewSessionResult>(methods.sessionNew, wish)).sessionId);
    for (const [i, id] of ids.entries()) await one.prompt(id, `prompt-before-${i}`, `write mine.txt ${id}`);
    for (const [i, id] of ids.entries()) one.prompt(id, `prompt-wait-${i}`, 'wait').catch(() => {});
    const rows = ({ state }: ProbeClient) =>
      ids.flatMap((id) => state?.sessions.find((row) => row.id === id) ?? []);
    // git says it a moment later: each has written a file.
    const known = (of: ProbeClient) => rows(of).every(({ worktree }) => !worktree || worktree.dirty);
    const works = () => known(one) && rows(one).every(({ state }) => state === 'working');
    const all = await eventually(() => works() && rows(one).length === 3 && rows(one), {
      what: 'three turns',
    });
    const places = (of: typeof all) =>
      of.map(({ id, title, cwd: at, worktree }) => ({ id, title, at, worktree }));
    const before = places(all);
    first.process.signal('SIGKILL');
    await first.process.exited;

    device.probe = undefined;
    const second = start();
    await second.ready();
    device.connection!.wake();
    const two = await eventually(() => device.probe, { what: 'the device to come back', timeoutMs: 60_000 });
    await eventually(() => rows(two).length === 3 && known(two), {
      what: 'the three sessions',
      timeoutMs: 60_000,
    });
    assert.deepEqual(places(rows(two)), before);
    await eventually(() => two.state?.sessions.length === 4, { what: 'the one of the beginning' });
    for (const [i, id] of ids.entries()) {
      await two.prompt(id, `prompt-after-${i}`, 'write after.txt too');
      const { cwd: folder } = rows(two)[i]!;
      assert.equal(readFileSync(join(folder, 'mine.txt'), 'utf8'), `${id}\n`);
      assert.ok(existsSync(join(folder, 'after.txt')));
    }
    assert.equal(rows(two)[2]!.cwd, realpathSync(join(cwd, 'part')));

    // Started in the folder of one of them it is not that one's home: the session is there to be opened again.
    await second.stop();
    const other = new CliHost({ args: ['--agent', 'demo'], home, cwd: join(cwd, 'part') });
    clis.push(other);
    device.probe = undefined;
    await other.ready();
    device.connection!.wake();
    const three = await eventually(() => device.probe, {
      what: 'the device to come back',
      timeoutMs: 60_000,
    });
    await eventually(() => three.state?.sessions.length === 1, { what: 'a session' });
    const { sessions } = await three.request<PastResult>(methods.past, { limit: 50 });
    assert.deepEqual(
      ids.filter((id) => !sessions.some((row) => row.id === id)),
      [],
    );
    await three.request(methods.sessionReopen, { sessionId: ids[2]! });
    await eventually(() => rows(three).length === 1, { what: 'it to be open' });
  });
});

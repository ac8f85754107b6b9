/** One broker per machine: two processes, a holder on record, one that dies. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokerHolder, HostLockedError, lockBroker } from '../../../src/remote/broker-lock.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';

const program = fileURLToPath(new URL('./lock-holder.ts', import.meta.url));

describe('remote/broker-lock', function () {
  this.timeout(60_000);
  let root: string;
  let folder: MachineFolder;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    root = tempFolder();
    folder = await MachineFolder.open(root);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    removeFolder(root);
  });

  /** Starts a process that asks for the lock, and returns what it said. */
  async function other(title: string): Promise<{ child: ChildProcess; said: string }> {
    const child = spawn(process.execPath, ['--import=tsx', program, root, title], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const [data] = (await within(once(child.stdout!, 'data'), 30_000, 'the other process')) as [Buffer];
    return { child, said: data.toString().trim() };
  }

  it('D21: a second process is refused and says where remote control runs', async () => {
    const { child, said } = await other('window “api”');
    assert.equal(said, 'held');
    await assert.rejects(lockBroker(folder, 'here', 1), (error) => {
      assert.ok(error instanceof HostLockedError);
      assert.equal(error.code, 'host_locked');
      assert.equal(error.holder?.title, 'window “api”');
      assert.equal(error.holder.pid, child.pid);
      assert.ok(error.message.includes('window “api”') && error.next !== '');
      return true;
    });
    assert.equal((await brokerHolder(folder))?.pid, child.pid);
  });

  it('D22: a lock whose holder was killed before it could record itself is taken over at once', async () => {
    mkdirSync(join(root, 'broker.lock'));
    const lock = await within(lockBroker(folder, 'here', 1), 30_000, 'the lock');
    assert.equal((await brokerHolder(folder))?.title, 'here');
    await lock.release();
  });

  it('D22: a lock with a record that is not understood is not taken', async () => {
    mkdirSync(join(root, 'broker.lock'));
    writeFileSync(join(root, 'broker.json'), '{}');
    await assert.rejects(lockBroker(folder, 'here', 1), { code: 'host_locked' });
  });

  it('D21: both ways: this process holds it, the other is refused, then gets it', async () => {
    const lock = await lockBroker(folder, 'here', 1);
    assert.equal((await other('there')).said, 'host_locked');
    await assert.rejects(lockBroker(folder, 'here too', 2), { code: 'host_locked' });
    await lock.release();
    await lock.release();
    assert.equal(await brokerHolder(folder), undefined);
    assert.equal((await other('there')).said, 'held');
  });

  it('D21: an orderly end leaves nothing behind', async () => {
    const { child } = await other('there');
    child.stdin!.end();
    await once(child, 'exit');
    assert.equal(await brokerHolder(folder), undefined);
    await (await lockBroker(folder, 'here', 1)).release();
    assert.ok(!existsSync(folder.file('broker.lock')) && !existsSync(folder.file('broker.json')));
  });

  it('D22: a holder that was killed is replaced at once', async () => {
    const { child } = await other('there');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(existsSync(folder.file('broker.lock')));
    const before = performance.now();
    const lock = await lockBroker(folder, 'here', 1);
    assert.ok(performance.now() - before < 5_000);
    await lock.release();
  });

  it('D22: of several that want to replace a dead one, one gets it', async () => {
    const { child } = await other('there');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const said = await Promise.all(['a', 'b', 'c'].map(async (title) => (await other(title)).said));
    assert.deepEqual(said.sort(), ['held', 'host_locked', 'host_locked']);
  });

  it('D22: a holder that lives but stood still keeps the lock', async function () {
    if (!existsSync('/proc/self/stat')) {
      console.log('skipped: needs /proc to tell a live process from a reused pid');
      return this.skip();
    }
    await other('asleep');
    utimesSync(folder.file('broker.lock'), 1, 1);
    await assert.rejects(lockBroker(folder, 'here', 1), { code: 'host_locked' });
  });

  it('D22: a pid that another process has now is no holder', async function () {
    if (!existsSync('/proc/self/stat')) {
      console.log('skipped: needs /proc to tell a live process from a reused pid');
      return this.skip();
    }
    const { child } = await other('there');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const record = JSON.parse(readFileSync(folder.file('broker.json'), 'utf8')) as object;
    writeFileSync(folder.file('broker.json'), JSON.stringify({ ...record, pid: process.pid }));
    await (await lockBroker(folder, 'here', 1)).release();
  });

  it('D22: where pids mean nothing (another container) the age of the lock decides', async () => {
    const { child } = await other('there');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const record = JSON.parse(readFileSync(folder.file('broker.json'), 'utf8')) as object;
    writeFileSync(folder.file('broker.json'), JSON.stringify({ ...record, space: 'elsewhere' }));
    await assert.rejects(lockBroker(folder, 'here', 1), { code: 'host_locked' });
    utimesSync(folder.file('broker.lock'), 1, 1);
    await (await lockBroker(folder, 'here', 1)).release();
  });

  it('D23: a lock that was taken away is told, and its record is left alone', async () => {
    const lock = await lockBroker(folder, 'here', 1);
    let lost = '';
    lock.onLost((error) => (lost = error.code));
    rmSync(folder.file('broker.lock'), { recursive: true });
    await eventually(() => lost === 'host_locked', { what: 'the loss to be noticed' });
    writeFileSync(folder.file('broker.json'), 'of another');
    await lock.release();
    assert.equal(readFileSync(folder.file('broker.json'), 'utf8'), 'of another');
  });

  it('D1: the record is for the owner alone', async () => {
    const lock = await lockBroker(folder, 'here', 1);
    assert.equal(statSync(folder.file('broker.json')).mode & 0o777, 0o600);
    await lock.release();
  });
});

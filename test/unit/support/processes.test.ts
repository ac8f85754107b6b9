/** Processes and ports: lines are read, trees are ended, listening sockets are seen. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { freePort, listeningSocketsOf } from '../../support/ports.ts';
import { isRunning, processTree } from '../../support/process-table.ts';
import { run, start } from '../../support/processes.ts';
import { eventually } from '../../support/wait.ts';

describe('support: ports', function () {
  this.timeout(20_000);
  it('sees what this process listens on, IPv4 and IPv6, and no longer when closed', async () => {
    for (const address of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, address, resolve));
      const { port } = server.address() as { port: number };
      const found = listeningSocketsOf(process.pid).filter((socket) => socket.port === port);
      assert.deepEqual(
        found.map((socket) => ({ pid: socket.pid, address: socket.address })),
        [{ pid: process.pid, address }],
      );
      await new Promise((resolve) => server.close(resolve));
      assert.deepEqual(
        listeningSocketsOf(process.pid).filter((socket) => socket.port === port),
        [],
      );
    }
  });

  it('sees what a grandchild listens on, and leaves out whom it is told to', async () => {
    const listener = `require('net').createServer().listen(0,'127.0.0.1',function(){console.log(this.address().port)})`;
    const child = start('sh', ['-c', `"$0" -e "$1" & wait`, process.execPath, listener]);
    try {
      const port = Number(await child.stdout.waitForLine((line) => /^\d+$/.test(line)));
      assert.deepEqual(
        listeningSocketsOf(child.pid).map((socket) => socket.port),
        [port],
      );
      const except = ({ command }: { command: string }): boolean => command.includes('createServer');
      assert.deepEqual(listeningSocketsOf(child.pid, { except }), []);
    } finally {
      await child.stop();
    }
    assert.deepEqual(listeningSocketsOf(child.pid), []);
  });

  it('gives a port that can be taken', async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(port, '127.0.0.1', resolve),
    );
    server.close();
  });
});

describe('support: processes', function () {
  this.timeout(20_000);
  it('gives lines and JSON lines in order, each once, and reports the end', async () => {
    const child = start('sh', [
      '-c',
      `echo one; echo '{"event":"a"}'; echo noise; echo '{"event":"b"}'; printf last`,
    ]);
    assert.equal(await child.stdout.waitForLine((line) => line === 'one'), 'one');
    assert.deepEqual(await child.stdout.waitForJson((value) => value.event === 'b'), { event: 'b' });
    assert.equal(await child.stdout.waitForLine((line) => line === 'last'), 'last');
    await assert.rejects(
      child.stdout.waitForLine(() => true),
      /ended/,
    );
    assert.deepEqual(await child.waitForExit(), { code: 0, signal: null });
    assert.deepEqual(child.stdout.json, [{ event: 'a' }, { event: 'b' }]);
  });

  it('waits for a line no longer than it is told', async () => {
    const child = start('cat', []);
    await assert.rejects(
      child.stdout.waitForLine(() => true, 50),
      /no such line/,
    );
    child.writeLine('echoed');
    assert.equal(await child.stdout.waitForLine(() => true), 'echoed');
    await child.stop();
  });

  it('ends orphans too', async () => {
    const child = start('sh', ['-c', '(sleep 300 & echo $! >&2) ; exit 0']);
    const orphan = Number(await child.stderr.waitForLine(() => true));
    await eventually(() => !processTree(child.pid).length, { what: 'the end of the parent' });
    assert.deepEqual(
      child.leftovers().map(({ pid }) => pid),
      [orphan],
    );
    await child.stop();
    assert.equal(isRunning(orphan), false);
  });

  it('kills what outlives its time, and what cannot be started is an error', async () => {
    const child = start('sleep', ['300'], { lifetimeMs: 50 });
    assert.equal((await child.waitForExit()).signal, 'SIGKILL');
    await assert.rejects(run('/nowhere/at-all', []));
    await assert.rejects(run('false', []));
    assert.equal((await run('false', [], { anyCode: true })).code, 1);
  });
});

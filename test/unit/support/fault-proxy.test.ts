/** The fault proxy breaks links in the ways it says, and in no other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Socket, type Server, connect, createServer } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { createTestCa } from '../../support/tls.ts';
import { eventually } from '../../support/wait.ts';

describe('support: fault proxy', function () {
  this.timeout(60_000);
  let echo: Server;
  let atTarget: Socket[];
  let proxy: FaultProxy;
  const clients: Socket[] = [];

  beforeEach(async () => {
    atTarget = [];
    echo = createServer((socket) => {
      atTarget.push(socket);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await FaultProxy.start({ target: { port: portOf(echo) } });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    for (const socket of atTarget) socket.destroy();
    echo.close();
  });

  const portOf = (server: Server): number => (server.address() as { port: number }).port;
  const open = async (): Promise<Client> => {
    const socket = connect(proxy.port, '127.0.0.1');
    clients.push(socket);
    const client = watch(socket);
    await once(socket, 'connect');
    return client;
  };
  const says = async (client: Client, text: string): Promise<void> => {
    const before = client.text();
    client.socket.write(text);
    await eventually(() => client.text() === before + text, { what: `the echo of ${text}` });
  };

  it('passes bytes both ways, ends included, and records them by connection', async () => {
    const client = await open();
    await says(client, 'hello');
    client.socket.end('bye');
    await once(client.socket, 'close');
    assert.equal(client.text(), 'hellobye');
    assert.equal(client.error(), undefined);
    const second = await open();
    await says(second, 'again');
    const recorded = proxy.recordings.map(({ up, down }) => [up.toString(), down.toString()]);
    assert.deepEqual(recorded, [
      ['hellobye', 'hellobye'],
      ['again', 'again'],
    ]);
  });

  it('cut resets both sides; a new connection is served', async () => {
    const client = await open();
    await says(client, 'hello');
    proxy.cut();
    await eventually(() => client.error(), { what: 'the reset' });
    assert.equal(client.error(), 'ECONNRESET');
    await eventually(() => atTarget[0]?.destroyed, { what: 'the reset at the target' });
    assert.equal(proxy.connections.open, 0);
    await says(await open(), 'again');
  });

  it('half-open keeps sockets and passes nothing; after heal old ones stay dead and new ones work', async () => {
    const client = await open();
    await says(client, 'hello');
    proxy.halfOpen();
    client.socket.write('lost');
    const silent = await open();
    // Connected is not yet accepted.
    await eventually(() => proxy.connections.accepted === 2, { what: 'the second connection' });
    silent.socket.write('silent');
    // The end of one side is not told to the other.
    (atTarget[0] as Socket).end();
    proxy.heal();
    await says(await open(), 'works');
    assert.equal(client.text(), 'hello');
    assert.equal(client.socket.readyState, 'open');
    assert.equal(silent.text(), '');
    proxy.cut();
    await eventually(() => client.error(), { what: 'the reset' });
  });

  it('half-open one way: what is sent arrives, and its echo does not until it resumes', async () => {
    const client = await open();
    await says(client, 'before');
    proxy.halfOpen('down');
    client.socket.write('there');
    await eventually(() => proxy.recordings[0]!.up.toString() === 'beforethere', {
      what: 'the words to arrive',
    });
    assert.equal(client.text(), 'before');
    proxy.heal({ resume: true });
    await eventually(() => client.text() === 'beforethere', { what: 'the echo' });
  });

  it('half-open can resume without losing or repeating a byte', async () => {
    const client = await open();
    await says(client, 'one');
    proxy.halfOpen();
    client.socket.write('two');
    client.socket.write('three');
    proxy.heal({ resume: true });
    await eventually(() => client.text() === 'onetwothree', { what: 'what was held' });
  });

  it('refuse resets old and new connections until healed', async () => {
    const client = await open();
    await says(client, 'hello');
    proxy.refuse();
    await eventually(() => client.error(), { what: 'the reset' });
    const refused = watch(connect(proxy.port, '127.0.0.1'));
    clients.push(refused.socket);
    await eventually(() => refused.error(), { what: 'the refusal' });
    proxy.heal();
    await says(await open(), 'works');
  });

  it('delay makes every chunk late, in order', async () => {
    const client = await open();
    await says(client, 'hello');
    proxy.delay(60);
    const from = performance.now();
    await says(client, 'late');
    assert.ok(performance.now() - from >= 119, 'twice the delay');
    client.socket.write('a');
    proxy.delay(0);
    client.socket.write('b');
    await eventually(() => client.text() === 'hellolateab', { what: 'order' });
  });

  it('passes much data with back pressure', async () => {
    const client = await open();
    const size = 3_000_000;
    client.socket.write(Buffer.alloc(size, 'x'));
    await eventually(() => client.text().length === size, { what: 'all of it' });
  });

  it('retargets new connections', async () => {
    await says(await open(), 'old');
    const other = createServer((socket) => socket.end('other')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    proxy.retarget(portOf(other));
    const client = await open();
    await eventually(() => client.text() === 'other', { what: 'the other target' });
    other.close();
  });

  it('throttles each direction to so many bytes a second, and lets go of what it held back when that ends', async () => {
    const client = await open();
    proxy.throttle(1_000);
    const before = performance.now();
    client.socket.write('x'.repeat(300));
    await eventually(() => client.text().length === 300, { what: 'the slow echo', everyMs: 5 });
    assert.ok(performance.now() - before >= 590, '300 bytes up and down take 0.6 s');
    client.socket.write('y'.repeat(100_000));
    await eventually(() => proxy.recordings[0]!.up.length === 100_300, { what: 'the bytes to be held back' });
    proxy.throttle(Infinity);
    await eventually(() => client.text().length === 100_300, { what: 'the rest' });
  });

  it('ends TLS where asked, records plain bytes, and can still reset', async () => {
    const ca = await createTestCa();
    const tls = await ca.issue('relay.test', '127.0.0.1');
    const front = await FaultProxy.start({ target: { port: portOf(echo) }, tls });
    try {
      const socket = tlsConnect({
        port: front.port,
        host: '127.0.0.1',
        ca: ca.cert,
        servername: 'relay.test',
      });
      clients.push(socket);
      const client = watch(socket);
      await once(socket, 'secureConnect');
      await says(client, 'secret');
      assert.deepEqual(front.recordings[0]?.up.toString(), 'secret');
      front.cut();
      await eventually(() => client.socket.destroyed, { what: 'the reset' });
    } finally {
      await front.close();
      ca.dispose();
    }
  });
});

interface Client {
  socket: Socket;
  text(): string;
  error(): string | undefined;
}

function watch(socket: Socket): Client {
  let text = '';
  let error: string | undefined;
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', (reason: NodeJS.ErrnoException) => (error = reason.code));
  return { socket, text: () => text, error: () => error };
}

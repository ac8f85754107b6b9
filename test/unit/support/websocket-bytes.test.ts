/** Recorded WebSocket connections are unmasked, as sent by a real client and server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { searchable, webSocketFrames } from '../../support/websocket-bytes.ts';

describe('support: recorded WebSocket bytes', () => {
  const record = async (
    messages: Buffer[],
    perMessageDeflate: boolean,
  ): Promise<{ up: Buffer; down: Buffer }> => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
    await once(server, 'listening');
    server.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(data)));
    const proxy = await FaultProxy.start({ target: { port: (server.address() as AddressInfo).port } });
    try {
      const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/`, { perMessageDeflate });
      await once(client, 'open');
      for (const message of messages) {
        client.send(message);
        await once(client, 'message');
      }
      client.close();
      await once(client, 'close');
      return proxy.recordings[0] as { up: Buffer; down: Buffer };
    } finally {
      await proxy.close();
      server.close();
    }
  };

  it('unmasks frames of every length, both ways', async () => {
    const messages = [0, 5, 125, 126, 65_535, 65_536].map((length) => Buffer.alloc(length, 'canary'));
    const { up, down } = await record(messages, false);
    for (const direction of [up, down]) {
      const data = webSocketFrames(direction).filter(({ opcode }) => opcode === 2);
      assert.deepEqual(
        data.map(({ payload }) => payload),
        messages,
      );
    }
    assert.ok(!up.includes('canary'), 'masked in the raw bytes');
    assert.ok(searchable(up).includes('canary'));
  });

  it('refuses compressed frames, and gives none for plain HTTP', async () => {
    const { up } = await record([Buffer.alloc(5000, 'x')], true);
    assert.throws(() => webSocketFrames(up), /compressed/);
    assert.deepEqual(webSocketFrames(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')), []);
  });
});

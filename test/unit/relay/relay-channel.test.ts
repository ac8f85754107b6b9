/** A channel on the host's link: what is kept, what waits, and when that is too much. */
import assert from 'node:assert/strict';
import type { ErrorShape } from '../../../src/base/error.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { RelayChannel } from '../../../src/remote/relay-channel.ts';

function make() {
  const sent: Uint8Array[] = [];
  const ends: (ErrorShape | undefined)[] = [];
  const count = { drops: 0 };
  const channel = new RelayChannel({ send: (frame) => sent.push(frame), drop: () => count.drops++ });
  channel.onClose((error) => ends.push(error));
  return { channel, sent, ends, count };
}

describe('relay channel', () => {
  it('R28: keeps frames for the first listener, in order, then passes them on', () => {
    const { channel } = make();
    channel.receive(Uint8Array.of(1));
    channel.receive(Uint8Array.of(2));
    const heard: number[] = [];
    channel.onFrame((frame) => heard.push(...frame));
    channel.receive(Uint8Array.of(3));
    channel.onFrame(() => heard.push(0));
    assert.deepEqual(heard, [1, 2, 3]);
  });

  it('R28: more unheard frames than the bound end it', () => {
    const { channel, ends, count } = make();
    channel.receive(new Uint8Array(limits.linkBacklogBytes));
    assert.equal(ends.length, 0);
    channel.receive(Uint8Array.of(1));
    assert.deepEqual([ends[0]?.code, count.drops], ['relay_limit', 1]);
  });

  it('R17: sends a window, then as the device takes it, in order', () => {
    const { channel, sent } = make();
    const frame = (index: number) => new Uint8Array(32 * 1024).fill(index);
    for (let i = 0; i < 20; i++) channel.send(frame(i));
    const window = limits.relayWindowBytes / (32 * 1024);
    assert.equal(sent.length, window);
    channel.taken(32 * 1024);
    assert.equal(sent.length, window + 1);
    // More than was sent is believed up to the window.
    channel.taken(limits.relayWindowBytes * 100);
    assert.equal(sent.length, Math.min(20, 2 * window + 1));
    channel.taken(limits.relayWindowBytes);
    assert.deepEqual(
      sent.map(([first]) => first),
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('R28: more waiting frames than the bound end it, and so does a frame of no allowed size', () => {
    const { channel, ends, count } = make();
    const frame = new Uint8Array(limits.relayFrameBytes);
    const most = (limits.linkBufferedBytes + limits.relayWindowBytes) / frame.length + 2;
    for (let i = 0; i < most; i++) channel.send(frame);
    channel.send(frame);
    assert.deepEqual([ends.length, ends[0]?.code, count.drops], [1, 'relay_limit', 1]);
    for (const size of [0, limits.relayFrameBytes + 1]) {
      const other = make();
      other.channel.send(new Uint8Array(size));
      assert.equal(other.ends[0]?.code, 'message_too_large');
    }
  });

  it('R28: ends once, tells who listens late, and is silent afterwards', async () => {
    const { channel, sent, ends, count } = make();
    channel.close();
    channel.close();
    channel.end({ code: 'closed', message: '', next: '' });
    channel.send(Uint8Array.of(1));
    channel.receive(Uint8Array.of(1));
    channel.taken(1);
    assert.deepEqual([ends, sent, count.drops], [[undefined], [], 1]);
    const late = await new Promise((resolve) => channel.onClose((error) => resolve(error ?? 'orderly')));
    assert.equal(late, 'orderly');
  });
});

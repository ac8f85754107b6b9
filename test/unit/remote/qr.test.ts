/** The QR code of an invite: a camera reads back what went in. */
import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import { encodeInvite, newSecret } from '../../../src/channel/invite.ts';
import { generateKeyPair } from '../../../src/channel/keys.ts';
import { qrModules, type QrModules } from '../../../src/remote/qr.ts';

const quiet = 4;
const scale = 4;

/** Paints the modules with their quiet zone and reads the picture. */
function readBack({ size, bits }: QrModules): string | undefined {
  const width = (size + 2 * quiet) * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [Math.floor(x / scale) - quiet, Math.floor(y / scale) - quiet];
      const inside = column >= 0 && row >= 0 && column < size && row < size;
      if (inside && bits[row * size + column] === '1')
        pixels.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 3);
    }
  }
  const read = (jsQR as unknown as { default?: typeof jsQR }).default ?? jsQR;
  return read(pixels, width, width)?.data;
}

describe('remote/qr', () => {
  const link = (page: string) =>
    encodeInvite(page, {
      hostId: 'A'.repeat(43),
      hostKey: generateKeyPair().publicKey,
      secret: newSecret(),
      relay: page,
    });

  it('D20: an invite fits into version 10 and is read back', () => {
    for (const page of ['https://relay.example.org/', 'https://my-computer.tail1234.ts.net:8443/offdesk/']) {
      const url = link(page);
      const qr = qrModules(url);
      assert.ok(qr);
      assert.ok(qr.size <= 17 + 4 * 10);
      assert.equal(qr.bits.length, qr.size * qr.size);
      assert.match(qr.bits, /^[01]+$/);
      assert.equal(readBack(qr), url);
    }
  });

  it('D20: what does not fit gets no code, rather than one that no camera reads', () => {
    assert.equal(qrModules(`https://relay.example.org/${'a'.repeat(400)}`), undefined);
    assert.equal(qrModules('a'.repeat(10_000)), undefined);
  });
});

/** Small parts of the web client: QR path, device names, times, keeps. */
import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import QRCode from 'qrcode';
import { isInAppBrowser } from '../../../src/web/connection/browser-facts.ts';
import { nameFrom } from '../../../src/web/connection/device-name.ts';
import { strings } from '../../../src/web/strings.ts';
import { readUnifiedDiff } from '../../../src/web/views/line-diff.ts';
import { countdown, folderName, shortPath, shortTitle, spacedDigits } from '../../../src/web/views/words.ts';
import { qrPath } from '../../../src/web/webview/qr-path.ts';

describe('web: small parts', () => {
  it('S4: the path of the QR code decodes to the link, with a quiet zone of 4', () => {
    const link = 'https://relay.example.org/#i=AWl0IGlzIG9ubHkgYW4gZXhhbXBsZQ';
    const { modules } = QRCode.create(link, { errorCorrectionLevel: 'L' });
    const { size } = modules;
    const path = qrPath(size, Array.from(modules.data, (bit) => (bit ? '1' : '0')).join(''));
    const scale = 4;
    const side = (size + 8) * scale;
    const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      assert.ok(Number(x) >= 4 && Number(y) >= 4);
      for (let dy = 0; dy < scale; dy++) {
        for (let dx = 0; dx < Number(width) * scale; dx++) {
          const at = 4 * ((Number(y) * scale + dy) * side + Number(x) * scale + dx);
          pixels.fill(0, at, at + 3);
        }
      }
    }
    assert.equal(jsQR(pixels, side, side)?.data, link);
  });

  it('S7: a device names itself as far as its browser tells', () => {
    const android =
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36';
    const iphone =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
    const mac =
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15';
    assert.equal(nameFrom(android, 'Pixel 9', true), 'Pixel 9 · Chrome');
    assert.equal(nameFrom(android, '', true), 'Android · Chrome');
    assert.equal(nameFrom(iphone, '', true), 'iPhone · Safari');
    assert.equal(nameFrom(mac, '', true), 'iPad · Safari');
    assert.equal(nameFrom(mac, '', false), 'Mac · Safari');
    assert.equal(nameFrom('', '', false), 'Browser');
    assert.ok(nameFrom(android, 'x'.repeat(200), true).length <= 64);
  });

  it('N11: tells the browser inside another app from a real one', () => {
    assert.ok(isInAppBrowser('Mozilla/5.0 (iPhone) [FBAN/FBIOS;FBAV/400.0]'));
    assert.ok(
      isInAppBrowser('Mozilla/5.0 (Linux; Android 14; Pixel 9; wv) Chrome/130.0 Mobile Safari/537.36'),
    );
    assert.ok(!isInAppBrowser('Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0.0.0 Mobile Safari/537.36'));
  });

  it('says times, digits and paths as people do', () => {
    assert.equal(countdown(252_000), '4:12');
    assert.equal(countdown(-1), '0:00');
    assert.equal(spacedDigits('493021'), '493 021');
    assert.equal(folderName('/work/api-gateway/'), 'api-gateway');
    assert.equal(folderName('C:\\work\\web'), 'web');
    assert.equal(shortTitle('Edit /work/shed/a/b.ts', '/work/shed'), 'Edit a/b.ts');
    assert.equal(shortTitle('work/shed/b.ts', '/work/shed'), 'b.ts', 'as opencode names it');
    assert.equal(shortTitle('cat /work/shed-2/b.ts', '/work/shed'), 'cat /work/shed-2/b.ts');
    assert.equal(shortPath('/work/api/src/a.ts', '/work/api'), 'src/a.ts');
    assert.equal(shortPath('/work/api2/a.ts', '/work/api'), '/work/api2/a.ts');
  });

  it('reads a unified diff without its headers', () => {
    const diff = readUnifiedDiff(
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n\\ No newline at end of file\n@@ -9 +9 @@\n+more\n',
    );
    assert.deepEqual(
      diff.lines.map(({ kind }) => kind),
      ['same', 'removed', 'added', 'gap', 'added'],
    );
    assert.deepEqual([diff.added, diff.removed], [2, 1]);
  });

  it('every failure of a pairing has a sentence and a next step', () => {
    for (const { title, text, next } of Object.values(strings.pairingFailed)) {
      for (const sentence of [text, next]) assert.match(sentence, /^[A-Z].*\.$/);
      assert.ok(title.length > 0);
    }
  });
});

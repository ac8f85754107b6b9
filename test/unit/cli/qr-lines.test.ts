/** The terminal's QR code, read back as a scanner would. */
import assert from 'node:assert/strict';
import { qrLines } from '../../../src/cli/qr-lines.ts';
import { qrModules } from '../../../src/remote/qr.ts';

describe('qrLines', () => {
  it('shows every module and a quiet zone of four', () => {
    const qr = qrModules('https://relay.example.org/#i=abcdefghijklmnop')!;

    const lines = qrLines(qr).map((line) => line.replace(/\u001b\[[0-9;]*m/g, ''));
    const rows = lines.flatMap((line) => [
      [...line].map((char) => (char === '█' || char === '▀' ? '1' : '0')).join(''),
      [...line].map((char) => (char === '█' || char === '▄' ? '1' : '0')).join(''),
    ]);
    const blank = '0'.repeat(qr.size + 8);
    for (let i = 0; i < 4; i++) assert.equal(rows[i], blank);
    const modules = rows.slice(4, 4 + qr.size).map((row) => row.slice(4, 4 + qr.size));
    assert.equal(modules.join(''), qr.bits);
    for (const row of rows.slice(4 + qr.size)) assert.equal(row, blank);
    for (const row of rows) assert.equal(row.length, qr.size + 8);
  });
});

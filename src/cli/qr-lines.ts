/** A QR code as terminal lines: two modules a character, dark on white whatever the terminal's colours. */
import type { HostStatus } from '../protocol/host-status.ts';

type Qr = NonNullable<NonNullable<HostStatus['invite']>['qr']>;

/** ISO/IEC 18004: the quiet zone is four modules wide. */
export const quiet = 4;
const blackOnWhite = '\u001b[38;5;16;48;5;231m';
const reset = '\u001b[0m';

export function qrLines({ size, bits }: Qr): string[] {
  const dark = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < size && y < size && bits[y * size + x] === '1';
  const lines: string[] = [];
  for (let y = -quiet; y < size + quiet; y += 2) {
    let line = '';
    for (let x = -quiet; x < size + quiet; x++) {
      const [upper, lower] = [dark(x, y), dark(x, y + 1)];
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(blackOnWhite + line + reset);
  }
  return lines;
}

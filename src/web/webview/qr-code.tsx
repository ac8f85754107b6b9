/** The pairing QR code as one path, dark on white with a quiet zone of 4 modules in every theme (ISO/IEC 18004). */
import { strings } from '../strings.ts';

const quiet = 4;

/** Each run of dark modules in a row is one rectangle. `bits`: `size` × `size` times `0` or `1`, row by row. */
export function qrPath(size: number, bits: string): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    const row = bits.slice(y * size, (y + 1) * size);
    for (const run of row.matchAll(/1+/g))
      path += `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`;
  }
  return path;
}

export function QrCode({ size, bits }: { size: number; bits: string }) {
  const side = size + 2 * quiet;
  return (
    <svg
      class="qr"
      role="img"
      aria-label={strings.host.qr}
      viewBox={`0 0 ${side} ${side}`}
      shape-rendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={qrPath(size, bits)} fill="#000" />
    </svg>
  );
}

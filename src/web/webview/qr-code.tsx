/** The pairing QR code, dark on white in every theme. */
import { deskWords } from './desk-words.ts';
import { qrPath, quietZone } from './qr-path.ts';

export function QrCode({ size, bits }: { size: number; bits: string }) {
  const side = size + 2 * quietZone;
  return (
    <svg
      class="qr"
      role="img"
      aria-label={deskWords().qr}
      viewBox={`0 0 ${side} ${side}`}
      shape-rendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={qrPath(size, bits)} fill="#000" />
    </svg>
  );
}

/** The QR code of an invite, as modules that any surface can draw. */
import QRCode from 'qrcode';
import type { HostStatus } from '../protocol/host-status.ts';

/** Larger ones have modules too small for a phone's camera across a desk (FEATURES S4). */
const largestVersion = 10;
const levels = ['L', 'M', 'Q', 'H'] as const;

export type QrModules = NonNullable<NonNullable<HostStatus['invite']>['qr']>;

/** Undefined for a text that does not fit; a quiet zone of 4 modules is for the surface to add. */
export function qrModules(text: string): QrModules | undefined {
  let best = create(text, 'L');
  if (!best || best.version > largestVersion) return undefined;
  // Better correction is free as long as the code doesn't grow.
  for (const level of levels) {
    const candidate = create(text, level);
    if (candidate?.version === best.version) best = candidate;
  }
  return {
    size: best.modules.size,
    bits: Array.from(best.modules.data, (bit) => (bit ? '1' : '0')).join(''),
  };
}

function create(text: string, errorCorrectionLevel: (typeof levels)[number]): QRCode.QRCode | undefined {
  try {
    return QRCode.create(text, { errorCorrectionLevel });
  } catch {
    return undefined;
  }
}

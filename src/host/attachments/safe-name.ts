/** A file's name as a client sent it, made fit for a file of this computer: one component, nothing hidden, no device. */
import { extname } from 'node:path';
import { limits } from '../../protocol/limits.ts';

/** What file systems forbid, and what a shell or a reader could take for something else. */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}<>:"|?*$`!;&\\/\u00a0\ufffd]/gu;
/** Names of devices on Windows, with or without an extension. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)/i;
const extensionChars = 16;

const extensions: Record<string, string> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/heic': '.heic',
  'application/pdf': '.pdf',
  'text/plain': '.txt',
};

/** Never empty, never `.` or `..`, never hidden; at most `attachmentNameChars` characters and 255 bytes long. */
export function safeName(name: string, type: string): string {
  const last = name.normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const plain = last.replace(unfit, '_').replace(/\s+/g, ' ');
  const trimmed = withoutTail(plain.replace(/^[.\s-]+/, ''));
  const named = /[\p{L}\p{N}]/u.test(trimmed) ? trimmed : `attachment${extensions[type] ?? ''}`;
  const own = device.test(named) ? `_${named}` : named;
  return shortened(own);
}

/** The extension stays: programs and agents go by it. Lengths are of characters, as in the limit, never of code units. */
function shortened(name: string): string {
  const ending = [...extname(name)];
  const kept = ending.length <= extensionChars ? ending : [];
  const stem = [...name].slice(0, kept.length === 0 ? undefined : -kept.length);
  const fits = () =>
    stem.length + kept.length <= limits.attachmentNameChars &&
    Buffer.byteLength([...stem, ...kept].join('')) <= 255;
  while (!fits() && stem.length > 1) stem.pop();
  return withoutTail(stem.join('')) + kept.join('');
}

/** Windows drops dots and blanks at the end, so that two names would be one. */
function withoutTail(name: string): string {
  return name.replace(/[.\s]+$/, '');
}

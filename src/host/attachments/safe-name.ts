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
  // Windows drops dots and blanks at the end, so that two names would be one.
  const trimmed = plain.replace(/^[.\s-]+/, '').replace(/[.\s]+$/, '');
  const named = /[\p{L}\p{N}]/u.test(trimmed) ? trimmed : `attachment${extensions[type] ?? ''}`;
  const own = device.test(named) ? `_${named}` : named;
  return shortened(own);
}

/** The extension stays: programs and agents go by it. */
function shortened(name: string): string {
  const extension = extname(name);
  const kept = extension.length <= extensionChars ? extension : '';
  const stem = [...(kept === '' ? name : name.slice(0, -kept.length))];
  const fits = () =>
    stem.length + kept.length <= limits.attachmentNameChars && Buffer.byteLength(stem.join('') + kept) <= 255;
  while (!fits() && stem.length > 1) stem.pop();
  return `${stem.join('').trimEnd()}${kept}`;
}

/** Reads a QR code off a picture, as a phone's camera would. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';

/** The text of the one QR code in a PNG; an error when there is none or more than one. Needs zbar-tools. */
export async function readQr(png: Buffer): Promise<string> {
  const codes = await readQrs(png);
  const [text] = codes;
  if (text === undefined || codes.length > 1) throw new Error(`${codes.length} QR codes in the picture`);
  return text;
}

/** The texts of all QR codes in a PNG, one per line of text. */
export async function readQrs(png: Buffer): Promise<string[]> {
  const folder = tempFolder('od-qr');
  try {
    const path = join(folder, 'picture.png');
    writeFileSync(path, png);
    const args = ['--quiet', '--raw', '--nodbus', '-S*.disable', '-Sqrcode.enable', path];
    const { code, stdout, stderr } = await run('zbarimg', args, { anyCode: true });
    // 4 says that no code was found.
    if (code !== 0 && code !== 4) throw new Error(`zbarimg ended with ${code}: ${stderr}`);
    return stdout.split('\n').filter(Boolean);
  } finally {
    removeFolder(folder);
  }
}

/** A photo as a phone's camera writes it: a JPEG on its side, with EXIF that says so, and where it was taken. */
import type { Page } from 'playwright-core';

/** What a location would be found by. */
export const gpsText = 'WGS-84';
const make = 'CanaryCam';

/**
 * `width` and `height`: as it is stored, lying on its side; upright it is `height` by `width`. Noise, so that it has the
 * size of a photo. Drawn by `page`.
 */
export async function photo(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([width, height]) => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d')!;
      const noise = context.createImageData(width, 64);
      for (let at = 0; at < noise.data.length; at++) noise.data[at] = at % 4 === 3 ? 255 : (at * 7919) % 256;
      for (let y = 0; y < height; y += 64) context.putImageData(noise, 0, y);
      // Red is above once it stands upright.
      context.fillStyle = '#d00000';
      context.fillRect(0, 0, width / 4, height);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
      const bytes = new Uint8Array(await blob!.arrayBuffer());
      let binary = '';
      for (let at = 0; at < bytes.length; at += 4096)
        binary += String.fromCharCode(...bytes.subarray(at, at + 4096));
      return btoa(binary);
    },
    [width, height] as const,
  );
  const jpeg = Buffer.from(base64, 'base64');
  return Buffer.concat([jpeg.subarray(0, 2), exif(), jpeg.subarray(2)]);
}

/** Exif 2.3: APP1 with TIFF, big endian: maker, orientation 6 (the right side is above), GPS. */
function exif(): Buffer {
  const gpsAt = 8 + 2 + 3 * 12 + 4 + 12;
  const entry = (tag: number, type: number, count: number, value: Buffer) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    value.copy(bytes, 8);
    return bytes;
  };
  const long = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const count = (value: number) => Buffer.from([value >> 8, value & 0xff]);
  const maker = Buffer.from(`${make}\0\0\0`.slice(0, 12), 'latin1');
  const ifd0 = Buffer.concat([
    count(3),
    entry(0x010f, 2, make.length + 1, long(gpsAt - 12)),
    entry(0x0112, 3, 1, Buffer.from([0, 6, 0, 0])),
    entry(0x8825, 4, 1, long(gpsAt)),
    long(0),
    maker,
  ]);
  const degrees = [48, 1, 8, 1, 1234, 100];
  const textAt = gpsAt + 2 + 3 * 12 + 4;
  const datum = Buffer.from(`${gpsText}\0\0`, 'latin1');
  const gps = Buffer.concat([
    count(3),
    entry(0x0001, 2, 2, Buffer.from('N\0\0\0', 'latin1')),
    entry(0x0002, 5, 3, long(textAt + 8)),
    entry(0x0012, 2, gpsText.length + 1, long(textAt)),
    long(0),
    datum,
    ...degrees.map(long),
  ]);
  const header = Buffer.from('4d4d002a00000008', 'hex');
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), header, ifd0, gps]);
  const segment = Buffer.from([0xff, 0xe1, 0, 0]);
  segment.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([segment, body]);
}

/** Pictures in a request of any wire format: what a model would see of them. */
import { createHash } from 'node:crypto';

export interface SeenImage {
  type: string;
  bytes: number;
  sha256: string;
  /** Of a JPEG, in pixels. */
  size: { width: number; height: number } | undefined;
  /** It carries what a camera writes beside the pixels. */
  exif: boolean;
}

/** Anthropic's `{media_type, data}`, OpenAI's `{url: 'data:…'}` and Google's `{mimeType, data}`, wherever they stand. */
export function imagesIn(value: unknown): SeenImage[] {
  if (Array.isArray(value)) return (value as unknown[]).flatMap(imagesIn);
  if (typeof value === 'string') {
    const [, type, data] = /^data:(image\/[a-z]+);base64,(.+)$/s.exec(value) ?? [];
    return type === undefined || data === undefined ? [] : [seen(type, data)];
  }
  if (typeof value !== 'object' || value === null) return [];
  const { media_type, mimeType, data } = value as Record<string, unknown>;
  const type = media_type ?? mimeType;
  if (typeof type === 'string' && type.startsWith('image/') && typeof data === 'string')
    return [seen(type, data)];
  return Object.values(value).flatMap(imagesIn);
}

function seen(type: string, base64: string): SeenImage {
  const content = Buffer.from(base64, 'base64');
  return {
    type,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    size: jpegSize(content),
    exif: content.includes('Exif\0'),
  };
}

/** ITU T.81, B.2.2: the frame header. Undefined for what is no JPEG. */
export function jpegSize(jpeg: Buffer): { width: number; height: number } | undefined {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return undefined;
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
  }
  return undefined;
}

/** How large a picture may be that goes to an agent, and what becomes of one that is larger. */
import { limits } from '../../protocol/limits.ts';

export interface Size {
  width: number;
  height: number;
}

/** The same shape with no edge longer than `edge`; never larger than it was, never without a pixel. */
export function fitInto({ width, height }: Size, edge: number = limits.imageEdge): Size {
  const scale = Math.min(1, edge / Math.max(width, height, 1));
  const of = (side: number) => Math.max(1, Math.min(edge, Math.round(side * scale)));
  return { width: of(width), height: of(height) };
}

/** One way to write a picture. */
export interface Writing extends Size {
  type: 'image/png' | 'image/jpeg';
  /** Of a JPEG, 0 to 1. */
  quality: number;
}

/**
 * Ways to try one after the other until the picture fits into `imageBytes`: text stays legible longest in a PNG, photos
 * lose least to a JPEG of good quality, and at the end it becomes smaller.
 */
export function* writings(original: Size, type: string): Generator<Writing> {
  const whole = fitInto(original);
  if (type === 'image/png') yield { ...whole, type: 'image/png', quality: 1 };
  for (const quality of [0.88, 0.75, 0.6]) yield { ...whole, type: 'image/jpeg', quality };
  for (const edge of [1400, 1000, 700]) {
    yield { ...fitInto(original, edge), type: 'image/jpeg', quality: 0.75 };
  }
}

const pictures: { [ending: string]: string } = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', bmp: 'image/bmp' },
  ...{ avif: 'image/avif', gif: 'image/gif' },
};
const endingOf = (name: string): string => /\.(\w+)$/.exec(name.toLowerCase())?.[1] ?? '';

/** A picture's by its ending where the browser tells none: some file pickers of phones do not. */
export function typeOf(type: string, name: string): string {
  return type === '' || type === 'application/octet-stream' ? (pictures[endingOf(name)] ?? type) : type;
}

/** What a browser decodes and draws, and what is left as it is although it is a picture. `type`: as `typeOf` has it. */
export function kindOf(type: string, name: string): 'picture' | 'moving' | 'heic' | 'file' {
  const ending = endingOf(name);
  if (/^image\/hei[cf](?:-sequence)?$/.test(type) || ['heic', 'heif'].includes(ending)) return 'heic';
  // Written anew it would stand still.
  if (type === 'image/gif') return 'moving';
  return /^image\/(?:jpeg|png|webp|bmp|avif)$/.test(type) ? 'picture' : 'file';
}

/** With the ending of what it is now. */
export function renamed(name: string, type: Writing['type']): string {
  const ending = type === 'image/png' ? '.png' : '.jpg';
  const own = type === 'image/png' ? /\.png$/i : /\.jpe?g$/i;
  if (own.test(name)) return name;
  return `${name.replace(/\.[a-z0-9]{1,5}$/i, '') || 'picture'}${ending}`;
}

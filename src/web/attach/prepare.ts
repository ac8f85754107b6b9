/** A file made ready to go: pictures upright, no larger than agents take, and without what a camera wrote into them. */
import { OffdeskError } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { strings } from '../strings.ts';
import { fitInto, kindOf, renamed, typeOf, writings, type Size } from './sizes.ts';

export interface Ready {
  blob: Blob;
  name: string;
  type: string;
  /** Base64 of a small JPEG, where it is a picture. */
  preview?: string;
}

/** On a page it is twice as sharp. */
const previewEdge = 240;
const previewQualities = [0.8, 0.6, 0.4, 0.2];

/** Rejects with `attachment_too_large`, or with `attachment_unreadable` for a picture that this browser can't decode. */
export async function prepare(file: Blob, name: string): Promise<Ready> {
  const type = typeOf(file.type, name);
  const kind = kindOf(type, name);
  if (kind === 'file') return whole(file, name, type);
  const picture = await decode(file.slice(0, file.size, type));
  if (!picture) {
    // As it is it would take along where it was taken.
    const { heic, unreadable: damaged, unreadableNext } = strings.attach;
    throw unreadable(kind === 'heic' ? heic(name) : damaged(name), unreadableNext);
  }
  try {
    const preview = await previewOf(picture);
    // Written anew it would stand still: it goes as it is.
    if (kind === 'moving') return { ...whole(file, name, type), ...preview };
    return { ...(await written(picture, name, type)), ...preview };
  } finally {
    picture.close();
  }
}

function whole(blob: Blob, name: string, type: string): Ready {
  const megabytes = limits.attachmentBytes / 1024 / 1024;
  if (blob.size > limits.attachmentBytes)
    throw new OffdeskError(
      'attachment_too_large',
      strings.attach.tooLarge(name, megabytes),
      strings.attach.tooLargeNext,
    );
  return { blob, name, type };
}

/** Upright; undefined for what this browser doesn't know. */
function decode(file: Blob): Promise<ImageBitmap | undefined> {
  return createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
}

async function written(picture: ImageBitmap, name: string, type: string): Promise<Ready> {
  for (const { type: next, quality, ...size } of writings(picture, type)) {
    const blob = await draw(picture, size, next, quality);
    if (blob && blob.size <= limits.imageBytes) return { blob, name: renamed(name, next), type: next };
  }
  throw unreadable(strings.attach.unreadable(name), strings.attach.unreadableNext);
}

async function previewOf(picture: ImageBitmap): Promise<{ preview?: string }> {
  for (const quality of previewQualities) {
    const blob = await draw(picture, fitInto(picture, previewEdge), 'image/jpeg', quality);
    if (blob && blob.size <= limits.attachmentPreviewBytes)
      return { preview: toBase64(new Uint8Array(await blob.arrayBuffer())) };
  }
  return {};
}

/** Nothing but the pixels goes over: no place, no time, no camera. */
function draw(picture: ImageBitmap, size: Size, type: string, quality: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, size);
  const context = canvas.getContext('2d');
  if (!context) return Promise.resolve(null);
  if (type === 'image/jpeg') {
    // A JPEG knows no transparency, and would show black.
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, size.width, size.height);
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, size.width, size.height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

function unreadable(message: string, next: string): OffdeskError {
  return new OffdeskError('attachment_unreadable', message, next);
}

/** RFC 4648 section 4, of no more than some tens of kilobytes. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** What is attached, read from the computer for those who did not send it: a little at a time, each thing once. */
import { attachmentReadResult, type AttachmentContent } from '../../protocol/attachments.ts';
import type { AttachmentFacts } from '../../protocol/attachment-link.ts';
import { limits } from '../../protocol/limits.ts';
import { methods } from '../../protocol/methods.ts';

/** A request of a session's client. */
export type Read = (method: string, params: object) => Promise<unknown>;

/** Small pictures that are remembered, and readings at the same time. */
const remembered = 200;
const atOnce = 2;

/** Base64 by attachment; empty where there is none. */
const previews = new Map<string, Promise<string>>();
let running = 0;
const waiting: (() => void)[] = [];

/** Base64 of a small JPEG; empty where there is none. Rejects as the request does. */
export function previewOf(id: string, read: Read): Promise<string> {
  const known = previews.get(id);
  if (known) return known;
  const fresh = inTurn(async () => (await piece(read, id, 0, true)).data);
  previews.set(id, fresh);
  fresh.catch(() => previews.delete(id));
  for (const oldest of previews.keys()) {
    if (previews.size <= remembered) break;
    previews.delete(oldest);
  }
  return fresh;
}

/** All of a picture that is small enough to be shown; rejects with the request, or when it was aborted. */
export function wholeOf(
  { id, bytes, type }: AttachmentFacts,
  read: Read,
  signal: AbortSignal,
): Promise<Blob> {
  return inTurn(async () => {
    const parts: BlobPart[] = [];
    for (let at = 0; at < bytes;) {
      signal.throwIfAborted();
      const { data } = await piece(read, id, at, false);
      const part = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
      if (part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    return new Blob(parts, { type });
  });
}

/** Pictures that browsers draw, within what a page takes. */
export function isShown({ type, bytes }: AttachmentFacts): boolean {
  return /^image\/(?:png|jpeg|gif|webp)$/.test(type) && bytes <= limits.pictureChars * 0.75;
}

async function piece(read: Read, id: string, at: number, preview: boolean): Promise<AttachmentContent> {
  const params = { id, at, ...(preview ? { preview } : {}) };
  return attachmentReadResult.parse(await read(methods.attachment.read, params));
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

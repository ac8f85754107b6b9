/** Files that go with a prompt come in pieces beside the conversation, which names them by a link (docs/SPEC.md, Z). */
import * as z from 'zod/v4';
import { attachmentIdPattern } from './attachment-link.ts';
import { limits } from './limits.ts';

const sessionId = z.string().max(128);
/** Made by the client. */
const id = z.string().regex(attachmentIdPattern);
const at = z.number().int().min(0);
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const chars = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/** Begins one, or goes on with it: what differs from the first time is refused. */
export const attachmentPutParams = z.object({
  ...{ sessionId, id },
  name: z.string().max(1024),
  /** MIME. */
  type: z.string().max(128),
  bytes: z.number().int().min(0),
  /** A small JPEG of a picture, base64. */
  preview: base64.max(chars(limits.attachmentPreviewBytes)).optional(),
});
export type AttachmentPut = z.infer<typeof attachmentPutParams>;
/** Bytes that the host has; the next piece begins there. With all of them it can go with a prompt. */
export const attachmentHave = z.object({ have: z.number().int().min(0) });

/** One that begins elsewhere than where the host's bytes end is not taken: `have` says where to go on. */
export const attachmentPieceParams = z.object({
  ...{ sessionId, id, at },
  data: base64.max(chars(limits.attachmentPieceBytes)),
});
export type AttachmentPiece = z.infer<typeof attachmentPieceParams>;

/** One that went with a prompt stays. */
export const attachmentDropParams = z.object({ sessionId, id });
export type AttachmentDrop = z.infer<typeof attachmentDropParams>;

/** `preview`: the small picture instead, all of it at once; without one `data` is empty. */
export const attachmentReadParams = z.object({ sessionId, id, at, preview: z.boolean().optional() });
export type AttachmentRead = z.infer<typeof attachmentReadParams>;
/** `data`: base64 of at most `attachmentPieceBytes`, empty at the end; `bytes`: of the whole. */
export const attachmentReadResult = z.object({
  data: z.string(),
  bytes: z.number().int(),
  type: z.string(),
  name: z.string(),
});
export type AttachmentContent = z.infer<typeof attachmentReadResult>;

/** One file that goes with a prompt: what it is, and how far it got. */
import { toHex } from '../../base/bytes.ts';
import type { ErrorShape } from '../../base/error.ts';
import type { AttachmentFacts } from '../../protocol/attachment-link.ts';
import { limits } from '../../protocol/limits.ts';
import { strings } from '../strings.ts';

export type UploadState =
  | { kind: 'preparing' }
  /** For its turn, or for the connection. */
  | { kind: 'waiting' }
  | { kind: 'sending'; have: number }
  /** The computer has all of it. */
  | { kind: 'there' }
  /** `again`: trying once more may help. */
  | { kind: 'failed'; error: ErrorShape; again: boolean };

export interface Upload extends AttachmentFacts {
  state: UploadState;
  /** In the message being written; else a prompt waits for it. */
  draft: boolean;
  /** Base64 of a small JPEG. */
  preview?: string;
}

/** Of the message being written. */
export function newUpload(blob: Blob, name: string): Upload {
  return {
    ...{ id: newUuid(), name: name || strings.attach.unnamed, type: blob.type, bytes: blob.size },
    ...{ draft: true, state: { kind: 'preparing' } },
  };
}

/** RFC 9562, version 4; `crypto.randomUUID` is not there on a page without protection. */
function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Said of those that are not taken. */
export function tooMany(): ErrorShape {
  const { tooMany: most, tooManyNext: next } = strings.attach;
  return { code: 'attachment_limit', message: most(limits.promptAttachments), next };
}

/** What a session's clients need of the store of attachments; implemented by src/host/attachments, and by fakes. */
import type {
  AttachmentContent,
  AttachmentDrop,
  AttachmentPiece,
  AttachmentPut,
  AttachmentRead,
} from '../protocol/attachments.ts';

/** All reject with `storage_failed` where the disk refuses. */
export interface AttachedFiles {
  /**
   * Resolves with the bytes that are there. Rejects with `attachment_too_large`, with `attachment_limit` where the
   * session or the computer is full, and with `invalid_params` where another file has this id.
   */
  put(file: AttachmentPut): Promise<number>;
  /** As `put`; `attachment_unknown` for one that was not put. */
  piece(piece: AttachmentPiece): Promise<number>;
  /** Does nothing where it is not there, or was sent. */
  drop(file: AttachmentDrop): Promise<void>;
  /** `attachment_unknown` where it is not there, or not all of it. */
  read(place: AttachmentRead): Promise<AttachmentContent>;
  /** They go with a prompt, and stay as long as their session: `attachment_unknown` as above. */
  send(session: string, ids: readonly string[]): Promise<void>;
}

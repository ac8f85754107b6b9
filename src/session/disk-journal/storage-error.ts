/** What the file system says, as a sentence for the user. */
import { OffdeskError } from '../../base/error.ts';

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** `what`: a sentence. */
export function storageError(what: string, next: string, cause?: unknown): OffdeskError {
  return new OffdeskError('storage_failed', what, next, cause === undefined ? {} : { cause });
}

export function cannotWrite(error: unknown): OffdeskError {
  if (error instanceof OffdeskError) return error;
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return storageError(
        'The disk of this computer is full: what happens in the session is not saved.',
        'Free some space; Offdesk tries again by itself.',
        error,
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return storageError(
        `Offdesk may not write to its folder (${codeOf(error)}): what happens in the session is not saved.`,
        'Check the owner and mode of the folder; Offdesk tries again by itself.',
        error,
      );
    default:
      return storageError(
        `The disk of this computer can't be written (${codeOf(error)}): what happens in the session is not saved.`,
        'Check the disk; Offdesk tries again by itself.',
        error,
      );
  }
}

export function cannotRead(error: unknown): OffdeskError {
  if (error instanceof OffdeskError) return error;
  return storageError(
    `The session's record can't be read (${codeOf(error)}).`,
    'Check that its folder is still there and can be read.',
    error,
  );
}

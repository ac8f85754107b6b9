/** The door of this part: what late-uploads.ts loads. */
import type { LateUploadsOptions } from '../client/late-uploads.ts';
import { keptFiles } from './kept-files.ts';
import { Uploads } from './uploads.ts';

export function openUploads({ database, ...options }: LateUploadsOptions): Uploads {
  const files = database === undefined ? undefined : keptFiles(indexedDB, database);
  return new Uploads({ ...options, files });
}

/** Reads a file that a repository may have put there or named: a file alone, since a device or a pipe may never end. */
import { open, stat } from 'node:fs/promises';

/** `wrong` completes a sentence with `it`. Rejects with what `fs` says. */
export type SmallFile = { text: string } | { wrong: 'is too large' | 'is no file' };

/** `most`: in bytes; never more is read, whatever the file says of its size. */
export async function readSmallFile(path: string, most: number): Promise<SmallFile> {
  // Asked before it is opened: to open a pipe waits for whoever writes to it.
  if (!(await stat(path)).isFile()) return { wrong: 'is no file' };
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.min((await file.stat()).size, most) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = (await file.read(buffer, length, buffer.length - length)).bytesRead;
    if (length === buffer.length) return { wrong: 'is too large' };
    return { text: buffer.toString('utf8', 0, length) };
  } finally {
    await file.close();
  }
}

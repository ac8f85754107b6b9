/** Reads a file that a repository may have put there or named: a file alone, since a device or a pipe may never end. */
import { isUtf8 } from 'node:buffer';
import { open, stat } from 'node:fs/promises';

/** `exact`: it is UTF-8, and `text` all of it. `wrong` completes a sentence with `it`. Rejects with what `fs` says. */
export type SmallFile = { text: string; exact: boolean } | { wrong: 'is too large' | 'is no file' };

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
    const bytes = buffer.subarray(0, length);
    return { text: bytes.toString('utf8'), exact: isUtf8(bytes) };
  } finally {
    await file.close();
  }
}

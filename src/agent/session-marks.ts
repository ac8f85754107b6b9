/** What an agent's programs themselves say of the sessions that they have: Claude Code keeps a file for each that runs. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/v4';

export interface SessionMark {
  pid: number;
  /** The agent's own id of its session. */
  session: string;
  /** The kernel's start time of the process, where it is named: the number may be another's by now. */
  start: string | undefined;
  /** It was started by a program that has it for a library, as the adapter for ACP does. */
  embedded: boolean;
}

/** `PID.json`, as seen with Claude Code 2.1.316; the folder is its own, and may change with any version. */
const mark = z.object({
  pid: z.number().int().min(2),
  sessionId: z.string().min(1),
  procStart: z.string().optional(),
  entrypoint: z.string().optional(),
});

/** One that can't be read says nothing. */
export async function sessionMarks(folder: string): Promise<SessionMark[]> {
  const names = await readdir(folder).catch(() => []);
  const marks = names
    .filter((name) => /^\d+\.json$/.test(name))
    .map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      const read = mark.safeParse(jsonOf(text));
      if (!read.success) return [];
      const { pid, sessionId, procStart, entrypoint } = read.data;
      const embedded = entrypoint?.startsWith('sdk') === true;
      return [{ pid, session: sessionId, start: procStart, embedded }];
    });
  return (await Promise.all(marks)).flat();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

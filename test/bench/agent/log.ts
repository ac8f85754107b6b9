/** What the benchmark's agent noted at the end of its last turn. */
import { readFileSync } from 'node:fs';

/** Times in milliseconds: `times` and `end` since the Unix epoch, `ms` the length of its writing. */
export interface Noted {
  times: number[];
  ms: number;
  end: number;
}

export function lastNote(log: string): Noted {
  const line = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(line) as Noted;
}

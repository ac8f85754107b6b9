/** Updates that are not what ACP says they are: they are dropped, and the log says of which kind they were. */
import type { Log } from '../base/log.ts';
import type { RawUpdate } from '../protocol/facts.ts';
import { isInvalid } from '../transcript/update-kind.ts';

export class InvalidUpdates {
  readonly #log: Log;
  /** How many there were, by kind: of known ones alone, which are few. */
  readonly #counts = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether it is one. The log hears of the first, the tenth, the hundredth… of a kind, and nothing of its content. */
  drops(update: RawUpdate): boolean {
    if (!isInvalid(update)) return false;
    const kind = update.sessionUpdate;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (/^10*$/.test(String(count))) this.#log.write('warn', 'dropped an invalid update', { kind, count });
    return true;
  }
}

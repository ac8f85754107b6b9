/** Runs: text chunks that differ in number, text and time alone are written once in full, then as what is new. */
import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { chunkText } from '../coalesce.ts';
import { moreJson } from './lines.ts';

/** A line for one fact. */
export interface Encoded {
  json: string;
  /** The number of the fact that it continues; 0 for a line in full. */
  base: number;
  /** About what the fact takes on the wire. */
  size: number;
}

/** One run at a time: what the next fact may continue. */
export class ChunkRuns {
  #run: { base: Fact; last: number; chars: number; frame: number } | undefined;

  /** How `fact` is written; nothing changes until it is passed to `keep`. */
  encode(fact: Fact): Encoded {
    const text = chunkText(fact);
    const run = this.#run;
    if (
      text !== undefined &&
      run !== undefined &&
      run.last + 1 === fact.seq &&
      run.chars < limits.joinedChars &&
      fact.seq - run.base.seq < limits.runFacts &&
      Number.isSafeInteger(fact.at - run.base.at) &&
      continues(run.base, fact)
    ) {
      const json = moreJson(fact.seq, fact.at - run.base.at, text);
      return { json, base: run.base.seq, size: run.frame + json.length };
    }
    const json = JSON.stringify(fact);
    return { json, base: 0, size: json.length };
  }

  keep(fact: Fact, { base, size }: Encoded): void {
    const text = chunkText(fact);
    const run = this.#run;
    if (base !== 0 && run) {
      run.last = fact.seq;
      run.chars += text?.length ?? 0;
    } else {
      this.#run =
        text === undefined
          ? undefined
          : { base: fact, last: fact.seq, chars: text.length, frame: Math.max(0, size - text.length) };
    }
  }

  /** The next fact is written in full, as the first of a segment must be. */
  end(): void {
    this.#run = undefined;
  }
}

function continues(base: Fact, fact: Fact): boolean {
  return (
    base.item === fact.item &&
    alike(base.origin, fact.origin) &&
    alike(base.update, fact.update, 'content') &&
    alike(base.update['content'] as object, fact.update['content'] as object, 'text')
  );
}

/** The same but for what one key holds. */
function alike(a: object, b: object, but?: string): boolean {
  if (a === b) return true;
  let keys = 0;
  for (const key in a) {
    keys++;
    const [one, other] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
    if (key === but ? !(key in b) : one !== other && !isDeepStrictEqual(one, other)) return false;
  }
  for (const _key in b) keys--;
  return keys === 0;
}

/** The fact that a short line stands for. */
export function continued(base: Fact, seq: number, later: number, text: string): Fact {
  return { ...withText(base, seq, text), at: base.at + later };
}

export function withText(chunk: Fact, seq: number, text: string): Fact {
  const content = { ...(chunk.update['content'] as Record<string, unknown>), text };
  return { ...chunk, seq, update: { ...chunk.update, content } };
}

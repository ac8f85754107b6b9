/** Reads facts from the segments by the indexes: runs of lines, from the full line that each begins with. */
import { open, type FileHandle } from 'node:fs/promises';
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { sizeOf } from '../journal.ts';
import { chunkText } from '../coalesce.ts';
import { continued, withText } from './chunk-runs.ts';
import { damagedFact } from './damaged.ts';
import type { FactTable } from './fact-table.ts';
import { linesIn } from './line-reader.ts';
import { ReadBuffer } from './read-buffer.ts';
import { segmentOf, type Segment } from './segments.ts';

/** Facts `first` to `last`, of which the first is written in full. */
export interface Run {
  first: number;
  last: number;
}

/** Where the lines of a run are. */
export interface Span extends Run {
  segment: Segment;
  /** Bytes; both are the same where nothing can be read. */
  from: number;
  to: number;
  /** The hash of the item that the facts must belong to. */
  item?: string;
  /** Some of it is not on disk yet. */
  waiting?: boolean;
}

/** `run` lies in one segment and is written. */
export function spanOf(run: Run, segments: readonly Segment[], facts: FactTable): Span {
  const { first, last } = run;
  const at = segmentOf(segments, first);
  const segment = segments[at];
  const from = facts.offset(first);
  if (!segment || from === undefined) return { first, last, segment: segments[0]!, from: 0, to: 0 };
  const end = (segments[at + 1]?.first ?? Infinity) - 1;
  let next = last + 1;
  while (next <= end && next <= facts.head && facts.offset(next) === undefined) next++;
  const to = next <= end && next <= facts.head ? facts.offset(next)! : segment.size;
  // What waits to be written has its place already.
  return { first, last, segment, from, to: Math.max(from, Math.min(to, segment.size)) };
}

/** The lines of a span. */
export interface SpanBytes {
  span: Span;
  bytes: Buffer;
}

/**
 * The lines of the spans, in order, as many together as are read at once. The bytes are good until the next.
 * Rejects with `IndexWrong` or with what `fs` says.
 */
export async function* readSpans(spans: readonly Span[]): AsyncGenerator<SpanBytes[]> {
  let file: FileHandle | undefined;
  let path: string | undefined;
  const buffer = new ReadBuffer();
  try {
    for (let i = 0; i < spans.length;) {
      const group = near(spans, i);
      i += group.length;
      const { segment, from } = group[0]!;
      const to = group.at(-1)!.to;
      if (to <= from) {
        yield group.map((span) => ({ span, bytes: Buffer.alloc(0) }));
        continue;
      }
      if (path !== segment.path) {
        await file?.close();
        file = undefined;
        file = await open(segment.path, 'r');
        path = segment.path;
      }
      // With the line feed before it: an index that points elsewhere is found out.
      const bytes = buffer.take(to - from + 1);
      const { bytesRead } = await file!.read(bytes, 0, bytes.length, from - 1);
      yield group.map((span) => {
        const start = span.from - from;
        if (bytes[start] !== 0x0a && bytesRead > start) throw new IndexWrong();
        return { span, bytes: bytes.subarray(start + 1, Math.min(bytesRead, span.to - from + 1)) };
      });
    }
  } finally {
    buffer.give();
    await file?.close();
  }
}

/** Spans from `i` on that are read together. */
function near(spans: readonly Span[], i: number): Span[] {
  const group = [spans[i]!];
  const { segment, from } = spans[i]!;
  for (let at = i + 1; at < spans.length; at++) {
    const next = spans[at]!;
    const { to } = group.at(-1)!;
    const fits =
      next.from >= to && next.from - to <= limits.readGapBytes && next.to - from <= limits.readBytes;
    if (next.segment !== segment || next.to <= next.from || to <= from || !fits) break;
    group.push(next);
  }
  return group;
}

/** What the lines of a run say; with `join` its chunks as one fact (docs/SPEC.md, J7). Throws `IndexWrong`. */
export function decodeRun({ first, last }: Run, bytes: Buffer, join = false): Fact[] {
  const facts: Fact[] = [];
  let base: Fact | undefined;
  let at = 0;
  let next = first;
  let texts: string[] = [];
  const fill = (to: number) => {
    for (let begins = true; next < to; begins = false) facts.push(damagedFact(next++, at, begins));
  };
  const joined = () => {
    const head = facts.at(-1);
    if (head && texts.length > 0) {
      const text = (chunkText(head) ?? '') + texts.join('');
      const until = at === head.at ? {} : { until: at };
      facts[facts.length - 1] = { ...withText(head, next - 1, text), first: head.seq, ...until };
    }
    texts = [];
  };
  for (const { line } of linesIn(bytes, 0)) {
    if (line?.kind !== 'fact' && line?.kind !== 'more') continue;
    const seq = line.kind === 'fact' ? line.fact.seq : line.seq;
    if (seq > last) break;
    if (seq < next) throw new IndexWrong();
    if (line.kind === 'more' && (!base || seq > next)) {
      // What is missing may be the full line that this one continues.
      base = undefined;
      continue;
    }
    if (line.kind === 'more' && join) {
      texts.push(line.text);
      at = base!.at + line.later;
      next = seq + 1;
      continue;
    }
    joined();
    fill(seq);
    const fact = line.kind === 'fact' ? line.fact : continued(base!, seq, line.later, line.text);
    if (line.kind === 'fact') base = fact;
    at = fact.at;
    facts.push(fact);
    next = seq + 1;
  }
  joined();
  fill(last + 1);
  return facts;
}

/** Lines are not where the index says. */
export class IndexWrong extends Error {}

/** Facts from the one at hand on, about `maxBytes` of them. */
export function upTo(facts: readonly Fact[], maxBytes: number): Fact[] {
  let bytes = 0;
  const end = facts.findIndex((fact) => (bytes += sizeOf(fact)) >= maxBytes);
  return end < 0 ? [...facts] : facts.slice(0, end + 1);
}

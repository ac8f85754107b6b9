/** Searches a journal backwards in small steps, between which others have their turn. */
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { findInItem, plainPiece } from '../find.ts';
import type { SearchHit, SearchPage } from '../journal.ts';
import { RawTexts, type Piece } from './raw-texts.ts';
import { readSpans, type Span } from './run-reader.ts';

export interface SearchSource {
  /** Items from the newest on that begin before the search does: where their lines are, the newest line first. */
  items(): Generator<{ first: number; spans: Iterable<Span> }>;
  /** All facts of these spans, verified. */
  facts(spans: Span[]): Promise<Fact[]>;
}

interface Part {
  first: number;
  spans: Span[];
  bytes: number;
  /** The item's last part in the order of the search: its beginning. */
  done: boolean;
}

/** As `Journal.search`. Rejects with `IndexWrong` or with what `fs` says. */
export async function search(
  source: SearchSource,
  query: string,
  before: number,
  limit: number,
): Promise<SearchPage> {
  const hits: SearchHit[] = [];
  const end = performance.now() + limits.searchMs;
  const wanted = Buffer.from(plainPiece(query), 'utf16le');
  const texts = new RawTexts();
  let next: number | null = before;
  let batch: Part[] = [];
  let bytes = 0;
  const look = async () => {
    const worth = await worthReading(batch, wanted, texts);
    for (const part of batch) {
      const { first, spans, done } = part;
      if (worth.has(part) && hits.length < limit && hits.at(-1)?.seq !== first) {
        const hit = findInItem(await source.facts(spans), query);
        if (hit) hits.push({ ...hit, seq: first });
      }
      if (done || hits.at(-1)?.seq === first) next = first;
      if (hits.length >= limit) break;
    }
    batch = [];
    bytes = 0;
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const part of parts(source)) {
    batch.push(part);
    bytes += part.bytes;
    if (bytes < limits.readBytes) continue;
    await look();
    if (hits.length >= limit) return { hits, next };
    // Between two items only: the next search goes on with a whole one.
    if (performance.now() >= end && part.done) return { hits, next };
  }
  await look();
  return { hits, next: hits.length >= limit ? next : null };
}

/** Items in pieces that one step can read; a piece of a large one overlaps the next by a run. */
function* parts(source: SearchSource): Generator<Part> {
  for (const { first, spans } of source.items()) {
    let own: Span[] = [];
    let bytes = 0;
    for (const span of spans) {
      own.unshift(span);
      bytes += span.to - span.from;
      if (bytes < limits.readBytes || span.first === first) continue;
      yield { first, spans: own, bytes, done: false };
      own = [span];
      bytes = span.to - span.from;
    }
    yield { first, spans: own, bytes, done: true };
  }
}

/** Those of the batch that are worth a closer look. */
async function worthReading(batch: readonly Part[], wanted: Buffer, texts: RawTexts): Promise<Set<Part>> {
  // A span can belong to two parts.
  const owned = batch.flatMap((part) => part.spans.map((span) => ({ part, span })));
  owned.sort((a, b) => a.span.first - b.span.first);
  const pieces = new Map<Part, Piece[]>();
  let next = 0;
  texts.clear();
  for await (const group of readSpans(owned.map(({ span }) => span))) {
    for (const { bytes } of group) {
      const { part } = owned[next++]!;
      const piece = texts.add(bytes);
      const before = pieces.get(part);
      if (before) before.push(piece);
      else pieces.set(part, [piece]);
    }
  }
  const found = batch.filter(
    (part) =>
      part.spans.some(({ waiting }) => waiting) || texts.holds(texts.joined(pieces.get(part) ?? []), wanted),
  );
  return new Set(found);
}

/** Searches a journal backwards in small steps, between which others have their turn. */
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { chunkText } from '../coalesce.ts';
import { findInItem, mayBeIn } from '../find.ts';
import type { SearchHit, SearchPage } from '../journal.ts';
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
  const fits = mayBeIn(query);
  let next: number | null = before;
  let batch: Part[] = [];
  let bytes = 0;
  const look = async () => {
    const texts = await textsOf(batch);
    for (const part of batch) {
      const { first, spans, done } = part;
      const worthIt = spans.some(({ waiting }) => waiting) || fits(texts.get(part) ?? '');
      if (worthIt && hits.length < limit && hits.at(-1)?.seq !== first) {
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

/** Not verified by checksums: whether it is worth a closer look. */
async function textsOf(batch: readonly Part[]): Promise<Map<Part, string>> {
  const owners = new Map<Span, Part>();
  for (const part of batch) for (const span of part.spans) owners.set({ ...span }, part);
  const spans = [...owners.keys()].sort((a, b) => a.first - b.first);
  const texts = new Map<Part, string>();
  for await (const { span, bytes } of readSpans(spans)) {
    const part = owners.get(span)!;
    texts.set(part, (texts.get(part) ?? '') + textOfLines(bytes));
  }
  return texts;
}

const shortLine = /^{"n":\d+,"t":-?\d+,"\+":"/;
const chunkLine =
  /^{"seq":[^{]*"origin":{[^{}]*},"update":{"sessionUpdate":"[a-z_]+_chunk","content":{"type":"text","text":"((?:[^"\\]|\\.)*)"}}}$/;

/** Texts of chunks are joined; of other lines all of their JSON is given, which has the text in it. */
function textOfLines(bytes: Buffer): string {
  let text = '';
  for (const line of bytes.toString('utf8').split('\n')) {
    const json = line.slice(9);
    const start = shortLine.exec(json)?.[0].length;
    if (start !== undefined) text += json.slice(start, -2);
    else text += chunkLine.exec(json)?.[1] ?? textOfFull(json);
  }
  return text;
}

/** A chunk with more to it must still join what follows. */
function textOfFull(json: string): string {
  if (!json.includes('_chunk"')) return json;
  try {
    const text = chunkText(JSON.parse(json) as Fact);
    return text === undefined ? json : JSON.stringify(text).slice(1, -1);
  } catch {
    return json;
  }
}

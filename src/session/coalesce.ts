/** Runs of text chunks of one item become one fact, numbered as the last of them. */
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';

const chunkKinds = new Set(['agent_message_chunk', 'agent_thought_chunk', 'user_message_chunk']);

interface TextContent {
  type: 'text';
  text: string;
}

/** The text of a plain text chunk; undefined for anything that must stay as it is. */
export function chunkText(fact: Fact): string | undefined {
  if (!chunkKinds.has(fact.update.sessionUpdate) || fact.event) return undefined;
  const content = fact.update['content'] as Partial<TextContent> | undefined;
  return content?.type === 'text' && typeof content.text === 'string' ? content.text : undefined;
}

/** Shape and order stay; `first` and `at` are of the first chunk, `seq` and `until` of the last. Runs end at `limits.joinedChars`. */
export function coalesce(facts: readonly Fact[]): Fact[] {
  const result: Fact[] = [];
  for (let at = 0; at < facts.length;) {
    const texts: string[] = [];
    const end = runEnd(facts, at, texts);
    result.push(texts.length > 1 ? joined(facts[at]!, facts[end - 1]!, texts.join('')) : facts[at]!);
    at = end;
  }
  return result;
}

/** The index after the run that begins at `begin`; its texts are added to `texts`. Made for thousands of chunks a second. */
function runEnd(facts: readonly Fact[], begin: number, texts: string[]): number {
  const first = facts[begin]!;
  let text = chunkText(first);
  let chars = 0;
  let at = begin;
  while (text !== undefined) {
    texts.push(text);
    chars += text.length;
    const last = facts[at]!;
    const next = facts[++at];
    if (!next || chars >= limits.joinedChars || !follows(last, next)) return at;
    text = chunkText(next);
  }
  return Math.max(at, begin + 1);
}

/**
 * A reader's window may begin at whatever came in between: it must be able to tell the two sides apart. Whose a text is
 * counts as well: of a prompt's own text and the agent's echo of it one is shown.
 */
function follows(last: Fact, next: Fact): boolean {
  return (
    last.seq + 1 === (next.first ?? next.seq) &&
    last.item === next.item &&
    last.origin.kind === next.origin.kind &&
    last.origin.id === next.origin.id &&
    last.update.sessionUpdate === next.update.sessionUpdate
  );
}

function joined(first: Fact, last: Fact, text: string): Fact {
  const until = last.until ?? last.at;
  return {
    ...first,
    update: { ...first.update, content: { ...(first.update['content'] as TextContent), text } },
    first: first.first ?? first.seq,
    seq: last.seq,
    ...(until !== (first.until ?? first.at) && { until }),
  };
}

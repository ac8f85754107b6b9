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
export function coalesce(facts: Fact[]): Fact[] {
  const result: Fact[] = [];
  let texts: string[] = [];
  let chars = 0;
  const flush = () => {
    const last = result.at(-1);
    if (last && texts.length > 1) {
      result[result.length - 1] = {
        ...last,
        update: {
          ...last.update,
          content: { ...(last.update['content'] as TextContent), text: texts.join('') },
        },
      };
    }
    texts = [];
  };
  for (const fact of facts) {
    const text = chunkText(fact);
    const last = result.at(-1);
    const joins =
      text !== undefined &&
      texts.length > 0 &&
      chars < limits.joinedChars &&
      last !== undefined &&
      // A reader's window may begin at whatever came in between: it must be able to tell the two sides apart.
      last.seq + 1 === (fact.first ?? fact.seq) &&
      last.item === fact.item &&
      last.update.sessionUpdate === fact.update.sessionUpdate;
    if (joins) {
      texts.push(text);
      chars += text.length;
      const until = fact.until ?? fact.at;
      const later = until !== (last.until ?? last.at);
      result[result.length - 1] = {
        ...last,
        first: last.first ?? last.seq,
        seq: fact.seq,
        ...(later && { until }),
      };
    } else {
      flush();
      result.push(fact);
      if (text !== undefined) texts = [text];
      chars = text?.length ?? 0;
    }
  }
  flush();
  return result;
}

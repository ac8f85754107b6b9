/** What a client missed, as plain JSON messages after merging: what a reconnect has to bring at the least. */
import { toNotification, type Fact } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { withoutSuperseded } from '../../../src/session/superseded.ts';

export interface Missed {
  /** Of the merged facts as JSON-RPC notifications. */
  bytes: number;
  items: number;
  /** Before and after merging. */
  facts: number;
  merged: number;
}

/** `facts`: all that came after the client's cursor. With more items than a client catches up on, the last of them. */
export function missedBy(sessionId: string, facts: readonly Fact[]): Missed {
  const firsts = new Map<string, number>();
  for (const { item, seq } of facts) if (item !== undefined && !firsts.has(item)) firsts.set(item, seq);
  const starts = [...firsts.values()].sort((a, b) => a - b);
  const start = starts.length > limits.historyItems ? (starts.at(-limits.historyItems) ?? 0) : 0;
  const sent = facts.filter(({ seq }) => seq >= start);
  const merged = withoutSuperseded(coalesce([...sent]));
  const messages = merged.map((fact) => ({
    ...{ jsonrpc: '2.0', method: 'session/update' },
    params: toNotification(sessionId, fact),
  }));
  return {
    bytes: messages.reduce((sum, message) => sum + Buffer.byteLength(JSON.stringify(message)), 0),
    items: Math.min(starts.length, limits.historyItems),
    ...{ facts: sent.length, merged: merged.length },
  };
}

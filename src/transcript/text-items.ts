/** Items made of text as it comes: messages, thoughts, plans, notices, compactions, and what is not understood. */
import type { Fact } from '../protocol/facts.ts';
import type { Block, CompactionItem, Item, MessageItem, NoticeItem, PlanItem, ThoughtItem } from './items.ts';
import type { UnknownItem } from './items.ts';
import { asArray, asBlock, asRecord, asString, blockText, oneOf, parentOf, readable } from './raw.ts';

/** When the last of what was merged into it came. */
const lastAt = (fact: Pick<Fact, 'at' | 'until'>) => fact.until ?? fact.at;

/** The common fields of an item after `fact`, given what was there before. */
export function base(id: string, fact: Pick<Fact, 'seq' | 'at' | 'first' | 'until'>, old: Item | undefined) {
  const since = old?.since ?? fact.first ?? fact.seq;
  return { id, since, seq: fact.seq, place: since, at: old?.at ?? fact.at, updatedAt: lastAt(fact) };
}

/** The common fields of an item of which `older` holds earlier facts and `newer` later ones. */
export function joinBase(older: Item, newer: Item) {
  return {
    id: newer.id,
    since: Math.min(older.since, newer.since),
    seq: Math.max(older.seq, newer.seq),
    place: Math.min(older.place, newer.place),
    at: Math.min(older.at, newer.at),
    updatedAt: Math.max(older.updatedAt, newer.updatedAt),
  };
}

export function message(id: string, fact: Fact, old: MessageItem | undefined): MessageItem {
  const block = asBlock(fact.update['content']);
  const text = blockText(block);
  return {
    ...base(id, fact, old),
    kind: 'message',
    role: fact.update.sessionUpdate === 'user_message_chunk' ? 'user' : 'agent',
    text: (old?.text ?? '') + (text ?? ''),
    blocks: block && text === undefined ? [...(old?.blocks ?? []), block] : (old?.blocks ?? []),
    ...under(fact, old),
  };
}

export function joinMessage(older: MessageItem, newer: MessageItem): MessageItem {
  return {
    ...newer,
    ...joinBase(older, newer),
    text: older.text + newer.text,
    blocks: [...older.blocks, ...newer.blocks],
  };
}

export function thought(id: string, fact: Fact, old: ThoughtItem | undefined): ThoughtItem {
  const block = asBlock(fact.update['content']);
  const text = blockText(block) ?? readable(fact.update['content']);
  return {
    ...base(id, fact, old),
    kind: 'thought',
    text: (old?.text ?? '') + text,
    startedAt: old?.startedAt ?? fact.at,
    endedAt: lastAt(fact),
    ...under(fact, old),
  };
}

function under({ update }: Fact, old: { parent?: string } | undefined): { parent?: string } {
  const parent = old?.parent ?? parentOf(update);
  return parent === undefined ? {} : { parent };
}

export function joinThought(older: ThoughtItem, newer: ThoughtItem): ThoughtItem {
  return {
    ...newer,
    ...joinBase(older, newer),
    text: older.text + newer.text,
    startedAt: older.startedAt,
  };
}

export function plan(id: string, fact: Fact, old: PlanItem | undefined): PlanItem {
  const entries = (asArray(fact.update['entries']) ?? []).map((value) => {
    const entry = asRecord(value);
    return {
      content: asString(entry?.['content']) ?? readable(value),
      priority: oneOf(['high', 'medium', 'low'], entry?.['priority']) ?? ('medium' as const),
      status: oneOf(['pending', 'in_progress', 'completed'], entry?.['status']) ?? ('pending' as const),
    };
  });
  return { ...base(id, fact, old), kind: 'plan', entries };
}

export function notice(id: string, fact: Fact, old: NoticeItem | undefined): NoticeItem {
  return {
    ...base(id, fact, old),
    kind: 'notice',
    severity: oneOf(['info', 'warning', 'error'], fact.update['severity']) ?? 'info',
    title: asString(fact.update['title']) ?? readable(fact.update),
    description: asString(fact.update['description']) ?? '',
  };
}

/** compaction_update replaces what it names; compaction_summary_chunk adds to the summary. */
export function compaction(id: string, fact: Fact, old: CompactionItem | undefined): CompactionItem {
  const { update } = fact;
  const whole = asArray(update['summary'])?.map((block) => blockText(asBlock(block)) ?? '');
  const more = blockText(asBlock(update['content'])) ?? '';
  const ends = ['completed', 'failed', 'cancelled'] as const;
  return {
    ...base(id, fact, old),
    kind: 'compaction',
    status: oneOf(ends, update['status']) ?? old?.status ?? 'in_progress',
    summary: (whole ? whole.join('') : (old?.summary ?? '')) + more,
    error: asString(update['error']) ?? old?.error ?? '',
    begun: whole !== undefined || (old?.begun ?? false),
  };
}

export function joinCompaction(older: CompactionItem, newer: CompactionItem): CompactionItem {
  return {
    ...newer,
    ...joinBase(older, newer),
    status: newer.status === 'in_progress' ? older.status : newer.status,
    summary: newer.begun ? newer.summary : older.summary + newer.summary,
    error: newer.error || older.error,
    begun: newer.begun || older.begun,
  };
}

export function unknown(id: string, fact: Fact, old: UnknownItem | undefined): UnknownItem {
  return {
    ...base(id, fact, old),
    kind: 'unknown',
    updateKind: fact.update.sessionUpdate,
    text: readable(fact.update),
    count: (old?.count ?? 0) + 1,
  };
}

export function joinUnknown(older: UnknownItem, newer: UnknownItem): UnknownItem {
  return { ...newer, ...joinBase(older, newer), count: older.count + newer.count };
}

/** Blocks of a prompt as they came; what has no type is kept as text. */
export function promptBlocksOf(value: unknown): Block[] {
  return (asArray(value) ?? []).map((block) => asBlock(block) ?? { type: 'text', text: readable(block) });
}

/** What stands where a line of the journal is damaged: the numbers stay, and a reader is told. */
import type { Fact } from '../../protocol/facts.ts';

/** `first`: of those that are damaged in a row; it alone is shown. */
export function damagedFact(seq: number, at: number, first: boolean): Fact {
  const origin = { kind: 'host' } as const;
  if (!first) return { seq, at, origin, update: { sessionUpdate: 'session_info_update' } };
  return {
    seq,
    item: `x:${String(seq)}`,
    at,
    origin,
    update: {
      sessionUpdate: 'notice',
      severity: 'warning',
      title: "A part of the record is damaged and can't be read.",
    },
  };
}

export function isDamaged(fact: Fact): boolean {
  if (fact.origin.kind !== 'host' || fact.event) return false;
  return fact.item === undefined || fact.item === `x:${String(fact.seq)}`;
}

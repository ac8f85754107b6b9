/** What stands for an update that neither the disk nor memory has room for. */
import type { Fact } from '../../protocol/facts.ts';

/** `first`: of those in a row; it alone is shown. */
export function leftOut(fact: Fact, first: boolean): Fact {
  const { seq, at, origin } = fact;
  if (!first) return { seq, at, origin, update: { sessionUpdate: 'session_info_update' } };
  return {
    seq,
    at,
    origin,
    item: `x:${String(seq)}`,
    update: {
      sessionUpdate: 'notice',
      severity: 'warning',
      title: 'The disk is full: what the agent says now is not kept.',
    },
  };
}

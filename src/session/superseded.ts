/** State facts that a later one makes void: who reads both at once needs the later one alone. */
import type { Fact } from '../protocol/facts.ts';
import { applyState, noState } from '../transcript/state.ts';

/**
 * Without updates that say nothing but what a later fact here says anew, such as all commands or the usage. Events
 * and what belongs to an item stay.
 */
export function withoutSuperseded(facts: readonly Fact[]): Fact[] {
  const said = new Set<string>();
  const kept: Fact[] = [];
  for (const fact of facts.toReversed()) {
    if (fact.item === undefined) {
      const fields = Object.keys(applyState(noState, {}, fact).known);
      if (!fact.event && fields.length > 0 && fields.every((field) => said.has(field))) continue;
      for (const field of fields) said.add(field);
    }
    kept.push(fact);
  }
  return kept.reverse();
}

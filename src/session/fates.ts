/** What a fact says about the fate of a prompt or of a change, by its id. */
import type { Fact, SessionEvent } from '../protocol/facts.ts';
import type { Fate } from './journal.ts';

export function fateOf(event: SessionEvent): { id: string; fate: Fate } | undefined {
  switch (event.type) {
    case 'prompt_received':
      return { id: event.id, fate: 'received' };
    case 'prompt_removed':
      return { id: event.id, fate: 'removed' };
    case 'turn_started':
      return { id: event.id, fate: 'running' };
    case 'turn_ended':
      return { id: event.id, fate: event.outcome };
    case 'change':
      return { id: event.id, fate: 'changed' };
    default:
      return undefined;
  }
}

/**
 * Whether an item, of which the fact before has the number `last`, begins another stretch with this fact: a prompt
 * that waited stands where its turn begins, and there is its text once more.
 */
export function standsAnew({ seq, event }: Fact, last: number): boolean {
  return event?.type === 'turn_started' && seq > last + 1;
}

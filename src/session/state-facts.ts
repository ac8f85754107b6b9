/** Which facts describe the session's present state, so that a client that starts at the tail learns it too. */
import type { Fact } from '../protocol/facts.ts';

/** Updates of which only the newest counts. */
const latestOnly = new Set([
  'available_commands_update',
  'current_mode_update',
  'config_option_update',
  'usage_update',
]);

export class StateFacts {
  #facts = new Map<string, Fact>();

  add(fact: Fact): void {
    const { event, update } = fact;
    if (!event) {
      if (latestOnly.has(update.sessionUpdate)) this.#facts.set(update.sessionUpdate, fact);
      // Claude tells the cost at the end of a turn alone: later updates say nothing about it.
      if (update.sessionUpdate === 'usage_update' && update['cost']) this.#facts.set('cost', fact);
      else if (update.sessionUpdate === 'session_info_update' && update['title'] !== undefined) {
        this.#facts.set('title', fact);
      }
      return;
    }
    switch (event.type) {
      case 'agent_state':
      case 'agent_offers':
        this.#facts.set(event.type, fact);
        break;
      case 'prompt_received':
        this.#facts.set(`prompt:${event.id}`, fact);
        break;
      case 'turn_started':
        this.#facts.set('turn', fact);
        break;
      case 'prompt_edited':
        if (this.#facts.has(`prompt:${event.id}`)) this.#facts.set(`edited:${event.id}`, fact);
        break;
      case 'prompt_removed':
        this.#forget(event.id);
        break;
      case 'turn_ended':
        this.#forget(event.id);
        this.#facts.delete('turn');
        break;
      case 'queue_ordered':
        this.#facts.set('order', fact);
        break;
      case 'queue_held':
        this.#facts.set('held', fact);
        break;
      case 'queue_resumed':
        this.#facts.delete('held');
        break;
      case 'question_opened':
        this.#facts.set(`question:${event.id}`, fact);
        break;
      case 'question_closed':
        this.#facts.delete(`question:${event.id}`);
        break;
      case 'change':
        break;
    }
  }

  #forget(prompt: string): void {
    this.#facts.delete(`prompt:${prompt}`);
    this.#facts.delete(`edited:${prompt}`);
    const order = this.#facts.get('order')?.event;
    if (order?.type === 'queue_ordered' && !order.ids.some((id) => this.#facts.has(`prompt:${id}`)))
      this.#facts.delete('order');
  }

  get all(): Fact[] {
    return this.before(Infinity);
  }

  /** Ids of the items that they belong to. */
  get items(): string[] {
    return [...this.#facts.values()].flatMap(({ item }) => item ?? []);
  }

  hasItem(id: string): boolean {
    for (const { item } of this.#facts.values()) if (item === id) return true;
    return false;
  }

  /** Those numbered below `seq`, oldest first. */
  before(seq: number): Fact[] {
    // The cost may stand in the newest usage itself.
    const facts = [...new Set(this.#facts.values())];
    return facts.filter((fact) => fact.seq < seq).sort((a, b) => a.seq - b.seq);
  }
}

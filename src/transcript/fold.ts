/** Facts to items: a pure fold, of which each item takes each fact at most once (docs/SPEC.md, T). */
import type { Fact, SessionEvent } from '../protocol/facts.ts';
import { Draft } from './draft.ts';
import { mirrored, prompt, question } from './prompt-item.ts';
import { applyState } from './state.ts';
import { compaction, message, notice, plan, thought, unknown } from './text-items.ts';
import { askedAbout, askedTool, tool } from './tool-item.ts';
import type { Item, Transcript } from './items.ts';
import { updateKind } from './update-kind.ts';

export { emptyTranscript } from './draft.ts';

/** True where another transcript already has this fact of an item; `asked`: of a permission request. */
export type NewerHas = (id: string, seq: number, asked: boolean) => boolean;

/** Copies the list of items (not the items) once; for many facts use `applyFacts` or `TranscriptFold`. */
export function applyFact(transcript: Transcript, fact: Fact): Transcript {
  return applyFacts(transcript, [fact]);
}

export function applyFacts(transcript: Transcript, facts: Iterable<Fact>): Transcript {
  const fold = new TranscriptFold(transcript);
  for (const fact of facts) fold.apply(fact);
  return fold.transcript;
}

/**
 * The same for a stream of facts: constant work per fact, and one copy of the list per `transcript` that
 * was looked at.
 */
export class TranscriptFold {
  #draft: Draft;
  readonly #newerHas: NewerHas;

  constructor(from: Transcript, newerHas: NewerHas = () => false) {
    this.#draft = new Draft(from);
    this.#newerHas = newerHas;
  }

  get transcript(): Transcript {
    return this.#draft.snapshot;
  }

  apply(fact: Fact): void {
    const draft = this.#draft;
    const { view, known } = applyState(draft.view, draft.state, fact);
    if (view !== draft.view || known !== draft.state || fact.seq > draft.cursor) draft.changed();
    draft.view = view;
    draft.knows(known);
    draft.cursor = Math.max(draft.cursor, fact.seq);
    if (fact.event) this.#event(fact, fact.event);
    else this.#update(fact);
  }

  #event(fact: Fact, event: SessionEvent): void {
    switch (event.type) {
      case 'prompt_received':
      case 'prompt_removed':
      case 'prompt_edited':
      case 'turn_started':
      case 'turn_ended':
        this.#item('prompt', `p:${event.id}`, fact, (id, old) => prompt(id, fact, event, old));
        if (event.type === 'turn_ended') this.#draft.endTurn(fact.seq);
        return;
      case 'question_opened': {
        const about = askedAbout(event.request);
        if (about) this.#item('tool', about.id, fact, (id, old) => askedTool(id, fact, about.raw, old), true);
        this.#item('question', `q:${event.id}`, fact, (id, old) => question(id, fact, event, old));
        return;
      }
      case 'question_closed':
        this.#item('question', `q:${event.id}`, fact, (id, old) => question(id, fact, event, old));
        return;
      case 'change':
      case 'queue_ordered':
      case 'queue_held':
      case 'queue_resumed':
      case 'agent_state':
      case 'agent_offers':
        return;
    }
  }

  #update(fact: Fact): void {
    const { update, item } = fact;
    // State that belongs to no item.
    if (item === undefined) return;
    if (item.startsWith('p:')) {
      // Its own text: journaled where its turn begins; what the agent echoes says it once more.
      const old = fact.origin.kind === 'agent' ? undefined : this.#draft.get(item);
      if (old?.kind === 'prompt') this.#item('prompt', item, fact, () => mirrored(fact, old));
      return;
    }
    switch (updateKind(update)) {
      case 'state':
        return;
      case 'message':
        return this.#item('message', item, fact, (id, old) => message(id, fact, old));
      case 'thought':
        return this.#item('thought', item, fact, (id, old) => thought(id, fact, old));
      case 'tool':
        return this.#item('tool', item, fact, (id, old) => tool(id, fact, update, old));
      case 'plan':
        return this.#item('plan', item, fact, (id, old) => plan(id, fact, old));
      case 'notice':
        return this.#item('notice', item, fact, (id, old) => notice(id, fact, old));
      case 'compaction':
        return this.#item('compaction', item, fact, (id, old) => compaction(id, fact, old));
      case 'unknown':
        return this.#item('unknown', item, fact, (id, old) => unknown(id, fact, old));
    }
  }

  /** An item of another kind under the same id gives way. */
  #item<K extends Item['kind']>(
    kind: K,
    id: string,
    fact: Fact,
    next: (id: string, old: Extract<Item, { kind: K }> | undefined) => Item,
    asked = false,
  ): void {
    const old = this.#draft.get(id);
    if ((old && old.seq >= fact.seq) || this.#newerHas(id, fact.seq, asked)) return;
    const same = old?.kind === kind ? (old as Extract<Item, { kind: K }>) : undefined;
    this.#draft.put(next(id, same));
  }
}

/** Facts as a session would journal them, in any order that fast-check thinks of. */
import fc from 'fast-check';
import type { NewFact } from '../../../src/session/journal.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom('', ' ', '\n', '"', '\u2028', '\ud83d', '\ude00', 'x'.repeat(500)),
);
const at = fc.integer({ min: 1_767_225_600_000, max: 1_767_225_700_000 });
const agent = { kind: 'agent' } as const;

/** What an agent says in chunks, of three items, so that runs are common. */
const chunk = fc
  .record({ at, item: fc.constantFrom('m1', 'm2', 't:3'), text, meta: fc.nat(9), kind: fc.nat(3) })
  .map(({ at, item, text, meta, kind }): NewFact => {
    const sessionUpdate = kind === 0 ? 'agent_thought_chunk' : 'agent_message_chunk';
    const content = { type: 'text', text };
    return {
      at,
      item,
      origin: agent,
      update: { sessionUpdate, content, ...(meta === 0 ? { _meta: {} } : {}) },
    };
  });

const raw = fc
  .record({ at, item: fc.option(fc.nat(40)), value: fc.jsonValue({ maxDepth: 2 }) })
  .map(({ at, item, value }): NewFact => {
    const update = { sessionUpdate: 'from_the_future', value: JSON.parse(JSON.stringify(value)) as unknown };
    return { at, origin: agent, update, ...(item === null ? {} : { item: `i${String(item)}` }) };
  });

const state = fc
  .record({
    at,
    kind: fc.constantFrom('usage_update', 'available_commands_update', 'session_info_update'),
    n: fc.nat(),
  })
  .map(({ at, kind, n }): NewFact => {
    return { at, origin: agent, update: { sessionUpdate: kind, used: n, title: String(n) } };
  });

const id = fc.nat(5).map((n) => `prompt-${String(n)}`);
const event = fc
  .record({
    at,
    event: fc.oneof(
      id.map((id) => ({ type: 'prompt_received' as const, id, prompt: [{ type: 'text', text: 'Hello' }] })),
      id.map((id) => ({ type: 'turn_started' as const, id })),
      id.map((id) => ({ type: 'turn_ended' as const, id, outcome: 'done' as const })),
      id.map((id) => ({ type: 'prompt_removed' as const, id })),
      id.map((id) => ({ type: 'change' as const, id: `change-${id}`, what: 'mode' })),
      id.map((id) => ({ type: 'question_opened' as const, id, kind: 'permission' as const, request: {} })),
      id.map((id) => ({
        type: 'question_closed' as const,
        id,
        answer: { outcome: 'withdrawn' as const },
      })),
    ),
  })
  .map(({ at, event }): NewFact => {
    const letter = event.type.startsWith('question') ? 'q' : 'p';
    const item = event.type === 'change' ? {} : { item: `${letter}:${event.id}` };
    return { at, origin: { kind: 'desk' }, update: { sessionUpdate: 'session_info_update' }, event, ...item };
  });

export const newFact: fc.Arbitrary<NewFact> = fc.oneof(
  { weight: 6, arbitrary: chunk },
  { weight: 2, arbitrary: raw },
  { weight: 1, arbitrary: state },
  { weight: 2, arbitrary: event },
);
/** Mostly one item's chunks in a row, as agents talk. */
export const newFacts = (most: number): fc.Arbitrary<NewFact[]> =>
  fc
    .array(
      fc.oneof(
        newFact.map((fact) => [fact]),
        fc.array(chunk, { maxLength: 5 }).map(alike),
      ),
      { maxLength: most },
    )
    .map((parts) => parts.flat());

function alike(facts: NewFact[]): NewFact[] {
  return facts.map((fact) => ({
    ...facts[0]!,
    at: fact.at,
    update: { ...facts[0]!.update, content: fact.update['content'] },
  }));
}

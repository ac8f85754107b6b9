/** Made-up sessions for properties: updates of all kinds, prompts and questions with a life in order. */
import fc from 'fast-check';
import type { Fact, RawUpdate, SessionEvent } from '../../../src/protocol/facts.ts';
import { Recorder } from './recorded.ts';

type Step = { update: RawUpdate } | { event: SessionEvent };

const name = fc.constantFrom('a', 'b', 'c');
const word = fc.constantFrom('', 'one ', 'two ', '\n');
const content = fc.oneof(
  word.map((text) => ({ type: 'text', text })),
  fc.constant({ type: 'image', data: 'eA==', mimeType: 'image/png' }),
);
const toolFields = fc.record(
  {
    title: fc.constantFrom('Read', 'Write', null),
    status: fc.constantFrom('pending', 'in_progress', 'completed', 'failed', 'odd'),
    kind: fc.constantFrom('edit', 'execute'),
    content: fc.array(
      fc.oneof(
        content.map((block) => ({ type: 'content', content: block })),
        word.map((newText) => ({ type: 'diff', path: '/f', newText })),
        name.map((terminalId) => ({ type: 'terminal', terminalId })),
      ),
      { maxLength: 2 },
    ),
    _meta: fc.oneof(
      fc.record({ terminal_output: fc.record({ terminal_id: name, data: word }) }),
      fc.record({ terminal_info: fc.record({ terminal_id: name }) }),
      fc.record({ terminal_exit: fc.record({ terminal_id: name, exit_code: fc.integer() }) }),
    ),
    rawOutput: fc.oneof(word, fc.constant({ output: 'x' })),
  },
  { requiredKeys: [] },
);
const chunkKind = fc.constantFrom('agent_message_chunk', 'agent_thought_chunk', 'user_message_chunk');
const update: fc.Arbitrary<RawUpdate> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ sessionUpdate: chunkKind, content }) },
  fc.record({ sessionUpdate: chunkKind, content, messageId: name }),
  fc
    .record({
      sessionUpdate: fc.constantFrom('tool_call', 'tool_call_update'),
      toolCallId: name,
      fields: toolFields,
    })
    .map(({ fields, ...rest }) => ({ ...rest, ...fields })),
  fc.record({
    sessionUpdate: fc.constant('plan'),
    entries: fc.array(fc.record({ content: word }), { maxLength: 2 }),
  }),
  fc.record({ sessionUpdate: fc.constant('notice'), title: word }),
  fc.record({
    sessionUpdate: fc.constant('compaction_update'),
    compactionId: name,
    status: fc.constantFrom('in_progress', 'completed'),
    summary: fc.option(fc.array(content, { maxLength: 1 })),
  }),
  fc.record({ sessionUpdate: fc.constant('compaction_summary_chunk'), compactionId: name, content }),
  fc.record({ sessionUpdate: fc.constant('usage_update'), used: fc.nat(), size: fc.nat() }),
  fc.record({ sessionUpdate: fc.constant('current_mode_update'), currentModeId: name }),
  fc.record({ sessionUpdate: fc.constant('session_info_update'), title: fc.option(word) }),
  fc.record({ sessionUpdate: fc.constantFrom('dance', 'sing'), x: fc.nat(3) }),
);

/** Prompts and questions with a life in order: received, started, ended; opened, closed. */
export const script: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: update.map((value) => ({ kind: 'update' as const, value })) },
      { weight: 1, arbitrary: fc.constant({ kind: 'prompt' as const }) },
      { weight: 1, arbitrary: fc.constantFrom('start', 'end', 'remove').map((kind) => ({ kind })) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('ask' as const), toolCallId: name, fields: toolFields }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'answer' as const }) },
    ),
    { maxLength: 60 },
  )
  .map((moves) => {
    const steps: Step[] = [];
    const queue: string[] = [];
    const questions: string[] = [];
    let running: string | undefined;
    let count = 0;
    const event = (value: SessionEvent): number => steps.push({ event: value });
    for (const move of moves) {
      if ('value' in move) steps.push({ update: move.value });
      else if (move.kind === 'prompt') {
        const id = `p${String(count++)}`;
        queue.push(id);
        event({ type: 'prompt_received', id, prompt: [{ type: 'text', text: id }] });
      } else if (move.kind === 'start' && running === undefined && queue.length > 0) {
        running = queue.shift()!;
        event({ type: 'turn_started', id: running });
      } else if (move.kind === 'end' && running !== undefined) {
        event({ type: 'turn_ended', id: running, outcome: 'cancelled', stopReason: 'cancelled' });
        running = undefined;
      } else if (move.kind === 'remove' && queue.length > 0) {
        event({ type: 'prompt_removed', id: queue.pop()! });
      } else if ('toolCallId' in move) {
        const id = String(count++);
        questions.push(id);
        const toolCall = { toolCallId: move.toolCallId, ...move.fields };
        event({ type: 'question_opened', id, kind: 'permission', request: { toolCall, options: [] } });
      } else if (move.kind === 'answer' && questions.length > 0) {
        event({ type: 'question_closed', id: questions.shift()!, answer: { outcome: 'cancelled' } });
      }
    }
    return steps;
  });

/** `mirrored`: as a host does, a prompt's text stands once more where its turn begins. */
export function record(steps: readonly Step[], mirrored = false): Fact[] {
  const recorder = new Recorder();
  for (const step of steps) {
    if ('update' in step) recorder.update(step.update);
    else recorder.event(step.event);
    if (mirrored && 'event' in step && step.event.type === 'turn_started') {
      const content = { type: 'text', text: step.event.id };
      recorder.update({ sessionUpdate: 'user_message_chunk', content }, undefined, 'desk');
    }
  }
  return recorder.facts;
}

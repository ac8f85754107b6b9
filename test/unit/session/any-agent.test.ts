/** Whatever an agent sends, as ACP has it or not: the session goes on, every client can fold it, and it stays readable. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../src/base/clock.ts';
import type { LogFields, LogLevel } from '../../../src/base/log.ts';
import { fromNotification, toNotification, type Origin } from '../../../src/protocol/facts.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import { fromSnapshot, toSnapshot } from '../../../src/transcript/snapshot.ts';
import { isInvalid } from '../../../src/transcript/update-kind.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { eventually } from '../../support/wait.ts';
import { agents, missing, recorded } from '../transcript/recorded.ts';

type Json = Record<string, unknown>;
const desk: Origin = { kind: 'desk' };

// ACP stable v1, `types.gen.d.ts` of @agentclientprotocol/sdk 2.4, every member and every variant.
const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    '</script><script>alert(1)</script>',
    '[x](javascript:alert(1))',
    '\u001b]52;c;aGk=\u0007\u001b[31mred',
    '\u202Egpj.exe',
    '\ud800',
    '\u0000',
  ),
);
const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const anything = fc.anything({ maxDepth: 3, withNullPrototype: false }).map(asJson);
const meta = optional(fc.oneof(fc.constant(null), fc.dictionary(fc.string(), anything, { maxKeys: 2 })));
const annotations = optional(fc.record({ audience: fc.constant(['user']), priority: fc.double() }));

const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text, annotations, _meta: meta }),
  fc.record({ type: fc.constant('image'), data: text, mimeType: text, uri: optional(text) }),
  fc.record({ type: fc.constant('audio'), data: text, mimeType: text }),
  fc.record({ type: fc.constant('resource_link'), name: text, uri: text, size: optional(fc.nat()) }),
  fc.record({ type: fc.constant('resource'), resource: fc.record({ uri: text, text: optional(text) }) }),
);
const toolContent = fc.oneof(
  fc.record({ type: fc.constant('content'), content: block }),
  fc.record({ type: fc.constant('diff'), path: text, oldText: optional(text), newText: text }),
  fc.record({ type: fc.constant('terminal'), terminalId: id }),
);
const tool = {
  toolCallId: id,
  title: optional(text),
  kind: optional(
    fc.constantFrom(
      'read',
      'edit',
      'delete',
      'move',
      'search',
      'execute',
      'think',
      'fetch',
      'switch_mode',
      'x',
    ),
  ),
  status: optional(fc.constantFrom('pending', 'in_progress', 'completed', 'failed')),
  content: optional(fc.array(toolContent, { maxLength: 3 })),
  locations: optional(fc.array(fc.record({ path: text, line: optional(fc.nat()) }), { maxLength: 2 })),
  rawInput: optional(anything),
  rawOutput: optional(anything),
  _meta: fc.oneof(
    meta,
    fc.record({ terminal_output: fc.record({ terminal_id: id, data: text }) }),
    fc.record({ terminal_info: fc.record({ terminal_id: id }) }),
    fc.record({ terminal_exit: fc.record({ terminal_id: id, exit_code: fc.nat() }) }),
  ),
};
const choice = fc.record({ value: text, name: text, description: optional(text) });
const configOption = fc.oneof(
  fc.record({
    id,
    name: text,
    category: optional(fc.constantFrom('mode', 'model', 'thought_level', 'other')),
    type: fc.constant('select'),
    currentValue: text,
    options: fc.oneof(
      fc.array(choice, { maxLength: 3 }),
      fc.array(fc.record({ group: id, name: text, options: fc.array(choice, { maxLength: 2 }) })),
    ),
  }),
  fc.record({ id, name: text, type: fc.constant('boolean'), currentValue: fc.boolean() }),
);
const command = fc.record({ name: text, description: text, input: optional(fc.record({ hint: text })) });
const entry = fc.record({
  content: text,
  priority: fc.constantFrom('high', 'medium', 'low'),
  status: fc.constantFrom('pending', 'in_progress', 'completed'),
});
const chunk = fc.constantFrom('user_message_chunk', 'agent_message_chunk', 'agent_thought_chunk');
const of = (kind: string) => fc.constant(kind);

const validUpdate: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ sessionUpdate: chunk, content: block, messageId: optional(id), _meta: meta }),
  fc.record({ sessionUpdate: of('tool_call'), ...tool, title: text }),
  fc.record({ sessionUpdate: of('tool_call_update'), ...tool }),
  fc.record({ sessionUpdate: of('plan'), entries: fc.array(entry, { maxLength: 3 }) }),
  fc.record({ sessionUpdate: of('available_commands_update'), availableCommands: fc.array(command) }),
  fc.record({ sessionUpdate: of('current_mode_update'), currentModeId: id }),
  fc.record({ sessionUpdate: of('config_option_update'), configOptions: fc.array(configOption) }),
  fc.record({ sessionUpdate: of('session_info_update'), title: optional(text), updatedAt: optional(text) }),
  fc.record({
    sessionUpdate: of('usage_update'),
    used: fc.nat(),
    size: fc.nat(),
    cost: optional(fc.record({ amount: fc.double(), currency: text })),
  }),
  fc.record({
    sessionUpdate: of('notice'),
    title: text,
    severity: optional(text),
    description: optional(text),
  }),
  fc.record({ sessionUpdate: of('compaction_update'), compactionId: id, status: optional(text) }),
  fc.record({ sessionUpdate: of('compaction_summary_chunk'), compactionId: id, content: block }),
  fc.record({ sessionUpdate: text, content: optional(block), whatever: anything }),
);

const permission: fc.Arbitrary<Json> = fc.record({
  toolCall: fc.record(tool),
  options: fc.array(
    fc.record({
      optionId: id,
      name: text,
      kind: fc.constantFrom('allow_once', 'allow_always', 'reject_once', 'reject_always'),
    }),
  ),
});
const bounds = { minLength: optional(fc.nat(9)), maxLength: optional(fc.nat(9)), pattern: optional(text) };
const options = fc.array(fc.record({ const: text, title: text }), { maxLength: 3 });
const field = fc.oneof(
  fc.record({
    type: of('string'),
    title: optional(text),
    format: optional(fc.constantFrom('email', 'uri', 'date', 'date-time')),
    enum: optional(fc.array(text)),
    oneOf: optional(options),
    ...bounds,
  }),
  fc.record({ type: fc.constantFrom('number', 'integer'), minimum: optional(fc.double()) }),
  fc.record({ type: of('boolean'), default: optional(fc.boolean()) }),
  fc.record({
    type: of('array'),
    minItems: optional(fc.nat(3)),
    items: fc.oneof(fc.record({ type: of('string'), enum: fc.array(text) }), fc.record({ anyOf: options })),
  }),
  fc.record({ type: text }),
);
const elicitation: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    mode: of('form'),
    message: text,
    requestedSchema: fc.record({
      type: of('object'),
      properties: fc.dictionary(id, field, { maxKeys: 3 }),
      required: optional(fc.array(id)),
    }),
  }),
  fc.record({ mode: of('url'), message: text, elicitationId: id, url: text }),
  fc.record({ mode: text, message: text, more: anything }),
);

/** A member that ACP has is left out, is another, or is something else altogether, at any depth. */
function mutated(valid: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(valid, fc.array(fc.tuple(fc.nat(), anything, fc.boolean()), { maxLength: 3 }))
    .map(([value, mutations]) => {
      const copy = asJson(value) as Json;
      for (const [at, other, remove] of mutations) {
        const places = placesOf(copy).filter(([, key]) => key !== 'sessionUpdate');
        const place = places[at % Math.max(1, places.length)];
        if (!place) continue;
        const [holder, key] = place;
        if (remove) delete holder[key];
        else Object.defineProperty(holder, key, { value: other, enumerable: true, configurable: true });
      }
      return copy;
    });
}

function placesOf(value: unknown): [Json, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(
    ([key, inner]) => [[value as Json, key], ...placesOf(inner)] as [Json, string][],
  );
}

/** As it comes over a wire. */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? Number(inner) : inner,
  );
  return text === undefined ? null : JSON.parse(text);
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('update' as const), value: mutated(validUpdate) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('permission' as const), value: mutated(permission) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('elicitation' as const), value: mutated(elicitation) }),
  },
);

describe('any agent', function () {
  this.timeout(60_000);

  it('J19, T12: what is not what its kind says is dropped, and the log tells its kind and nothing else', async () => {
    const lines: { message: string; kind: unknown; count: unknown }[] = [];
    const write = (_level: LogLevel, message: string, fields?: LogFields) =>
      void lines.push({ message, kind: fields?.['kind'], count: fields?.['count'] });
    const agent = new FakeAgent();
    const journal = new MemoryJournal('e1');
    const session = new Session({
      ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
      ...{ agent, journal, clock: systemClock, log: { write } },
    });
    await session.startAgent();
    const before = journal.head;
    const secret = 'what the user wrote';
    const invalid: Json[] = [
      { sessionUpdate: 'agent_message_chunk', content: secret },
      { sessionUpdate: 'agent_thought_chunk', content: [secret] },
      { sessionUpdate: 'tool_call', title: secret },
      { sessionUpdate: 'tool_call_update', toolCallId: 7, title: secret },
      { sessionUpdate: 'plan', entries: secret },
      { sessionUpdate: 'usage_update', used: secret, size: 1 },
      { sessionUpdate: 'current_mode_update', currentModeId: { secret } },
      { sessionUpdate: 'config_option_update', configOptions: { secret } },
      { sessionUpdate: 'available_commands_update', availableCommands: secret },
    ];
    for (const update of invalid) agent.sink!.update(update as never);
    assert.equal(journal.head, before);
    assert.deepEqual(
      lines.map(({ kind, count }) => [kind, count]),
      invalid.map(({ sessionUpdate }) => [sessionUpdate, 1]),
    );
    for (let more = 0; more < 998; more++) agent.sink!.update(invalid[0] as never);
    assert.deepEqual(
      lines.slice(invalid.length).map(({ count }) => count),
      [10, 100],
    );
    assert.doesNotMatch(JSON.stringify(lines), new RegExp(secret));
    agent.sink!.update({ sessionUpdate: 'never_heard_of', content: secret });
    const [unknown] = applyFacts(emptyTranscript(), await journal.read(0, 1_000_000)).items;
    assert.equal(unknown?.kind, 'unknown');
    await session.close();
  });

  it('J19: nothing that real agents sent is dropped', function () {
    if (missing) {
      console.log(missing);
      return this.skip();
    }
    for (const agent of agents) {
      const { live, replayed } = recorded(agent);
      for (const { update } of [...live, ...replayed].flat())
        assert.equal(isInvalid(update), false, `${agent}: ${update.sessionUpdate}`);
    }
  });

  it('T12, J2, Q3: nothing throws, all that is valid is journaled, and every item is readable', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.dictionary(id, anything),
        async (steps, content) => {
          const errors: string[] = [];
          const write = (level: LogLevel, text: string) => void (level === 'error' && errors.push(text));
          const agent = new FakeAgent();
          const journal = new MemoryJournal('e1');
          const session = new Session({
            ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
            ...{ agent, journal, clock: systemClock, log: { write } },
          });
          const end = session.prompt('prompt-01', [{ type: 'text', text: 'go' }], desk);
          const turn = await agent.nextTurn();
          const asked: Promise<unknown>[] = [];
          for (const { kind, value } of steps) {
            if (kind === 'update') agent.sink!.update(value as never);
            else asked.push(agent.sink!.ask(kind, value, new AbortController().signal));
          }
          await eventually(() => session.openQuestionList.length === asked.length, { what: 'all questions' });
          for (const { id, sentence } of session.openQuestionList) {
            assert.equal(typeof sentence, 'string');
            // Whatever is answered is taken, or refused with a code, and never ends anything else.
            const answers = [
              { action: 'accept' as const, content },
              { outcome: 'selected' as const, optionId: 'a' },
            ];
            for (const [at, answer] of answers.entries()) {
              await session.answer(id, `answer-${at}`, answer, desk).catch((error: unknown) => {
                const { code } = error as { code: string };
                assert.ok(['answer_invalid', 'invalid_params'].includes(code), String(error));
              });
            }
          }
          await session.cancel(desk);
          turn.end('cancelled');
          assert.equal((await end).outcome, 'cancelled');
          await Promise.all(asked);
          assert.equal(session.openQuestionList.length, 0);
          assert.deepEqual(errors, []);

          const facts = await journal.read(0, Number.MAX_SAFE_INTEGER);
          // As a client gets them.
          const received = facts.map((fact) => {
            const got = fromNotification(JSON.parse(JSON.stringify(toNotification('s1', fact))));
            assert.ok(got, 'a fact that no client understands');
            return got.fact;
          });
          const transcript = applyFacts(emptyTranscript(), received);
          for (const item of transcript.items) {
            if (item.kind === 'tool') assert.notEqual(item.title, '');
            if (item.kind === 'unknown') assert.equal(typeof item.text, 'string');
          }
          assert.deepEqual(transcript.questions, []);
          const cut = Math.floor(received.length / 2);
          const late = mergeHistory(
            applyFacts(emptyTranscript(), received.slice(cut)),
            received.slice(0, cut),
          );
          assert.equal(late.items.length, transcript.items.length);
          const kept: unknown = JSON.parse(
            JSON.stringify(toSnapshot(transcript, { epoch: 'e1', seq: journal.head }, null)),
          );
          assert.ok(fromSnapshot(kept), 'a copy that is not read again');
          await session.close();
          const copy = new MemoryJournal('e1');
          for (const { seq: _, ...fact } of facts) copy.append(fact);
          const back = await Session.restore({
            ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
            ...{ agent: new FakeAgent(), journal: copy, clock: systemClock, log: { write } },
          });
          await back.close();
        },
      ),
      { numRuns: 200, seed: 20261120 },
    );
  });
});

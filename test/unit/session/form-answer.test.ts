/** Answers to the agent's forms: what does not fit the form's schema is refused by the field's name and reaches nobody. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { checkFormAnswer } from '../../../src/session/form-answer.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { eventually } from '../../support/wait.ts';
import { setup } from './downstream-kit.ts';

const form = (properties: object, required: string[] = []) => ({
  ...{ sessionId: 's1', mode: 'form', message: 'Please' },
  requestedSchema: { type: 'object', properties, required },
});

const fields: Record<string, { schema: object; good: unknown[]; bad: unknown[] }> = {
  text: { schema: { type: 'string' }, good: ['', 'x'], bad: [1, true, null, ['x'], {}] },
  short: {
    schema: { type: 'string', minLength: 2, maxLength: 3 },
    good: ['ab', '👍👍👍'],
    bad: ['a', 'abcd'],
  },
  email: { schema: { type: 'string', format: 'email' }, good: ['a@b'], bad: ['a', 'a @b', 'a@b@c', '@b'] },
  uri: {
    schema: { type: 'string', format: 'uri' },
    good: ['https://example.org/a?b#c', 'mailto:a@b'],
    bad: ['example.org', '/path', 'https://a b', ''],
  },
  date: {
    schema: { type: 'string', format: 'date' },
    good: ['2026-11-30', '2028-02-29'],
    bad: ['2026-02-30', '2026-13-01', '30.11.2026', '2026-11-30T00:00:00Z', ''],
  },
  moment: {
    schema: { type: 'string', format: 'date-time' },
    good: ['2026-11-30T12:00:00Z', '2026-11-30t23:59:60.5+05:30'],
    bad: ['2026-11-30', '2026-11-30T12:00', '2026-11-30T25:00:00Z', '2026-02-30T12:00:00Z'],
  },
  pattern: { schema: { type: 'string', pattern: '^[a-c]+$' }, good: ['abc'], bad: ['abd', ''] },
  unread: { schema: { type: 'string', pattern: '(' }, good: ['anything'], bad: [] },
  one: { schema: { type: 'string', enum: ['a', 'b'] }, good: ['a'], bad: ['c', ''] },
  titled: {
    schema: { type: 'string', oneOf: [{ const: 'a', title: 'A' }] },
    good: ['a'],
    bad: ['A', 'b'],
  },
  number: { schema: { type: 'number', minimum: 0, maximum: 1 }, good: [0, 0.5, 1], bad: [-1, 1.1, '0', NaN] },
  whole: { schema: { type: 'integer', minimum: 1 }, good: [1, 7], bad: [0, 1.5, '1'] },
  yes: { schema: { type: 'boolean' }, good: [true, false], bad: ['true', 1, null] },
  several: {
    schema: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', enum: ['a', 'b', 'c'] } },
    good: [['a'], ['c', 'a']],
    bad: [[], ['a', 'b', 'c'], ['d'], ['a', 'a'], 'a', [1]],
  },
  severalTitled: {
    schema: { type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } },
    good: [[], ['a']],
    bad: [['b'], [{}]],
  },
  later: { schema: { type: 'colour' }, good: ['red', 3, false, ['red']], bad: [{}, null, [1]] },
};

describe('the answer to a form', () => {
  for (const [name, { schema, good, bad }] of Object.entries(fields)) {
    it(`Q5: ${name}`, () => {
      const request = form({ [name]: schema });
      for (const value of good) checkFormAnswer(request, { [name]: value });
      for (const value of bad) {
        const check = () => checkFormAnswer(request, { [name]: value });
        assert.throws(check, { code: 'answer_invalid', field: name }, JSON.stringify(value));
      }
    });
  }

  it('Q5: a required field must be there, and no other than those of the form may', () => {
    const request = form({ a: { type: 'string' }, b: { type: 'string' } }, ['a']);
    checkFormAnswer(request, { a: '' });
    assert.throws(() => checkFormAnswer(request, { b: 'x' }), { code: 'answer_invalid', field: 'a' });
    for (const name of ['c', '__proto__', 'toString']) {
      const content = JSON.parse(`{"a": "x", "${name}": "y"}`) as Record<string, unknown>;
      assert.throws(() => checkFormAnswer(request, content), { code: 'answer_invalid', field: name });
    }
    assert.throws(() => checkFormAnswer(form({}, ['toString']), {}), { field: 'toString' });
  });

  it('Q5: choices that name none are no choices: any text will do, as the page shows it', () => {
    for (const none of [{ oneOf: [{ pattern: '^a' }] }, { anyOf: [] }, { enum: [] }])
      checkFormAnswer(form({ a: { type: 'string', ...none } }), { a: 'any' });
  });

  it('Q5: a pattern that never ends does not stop the host, and decides nothing', () => {
    const request = form({ a: { type: 'string', pattern: '^(a+)+$' } });
    const started = performance.now();
    checkFormAnswer(request, { a: `${'a'.repeat(40)}!` });
    assert.ok(performance.now() - started < 5_000);
  });

  it('Q5: a schema that makes no sense holds up nobody', () => {
    for (const requestedSchema of [
      null,
      3,
      [],
      { properties: 7 },
      { properties: { a: null }, required: 'a' },
    ]) {
      checkFormAnswer({ requestedSchema }, { a: 'x' });
    }
    checkFormAnswer({}, {});
  });

  it('Q5, C5: over a connection: the field is named, nothing is journaled, and a better answer is taken', async () => {
    const { agent, session, connect, journal } = setup();
    const phone = await connect('Pixel', 'answer');
    await session.startAgent();
    const request = form({ email: { type: 'string', title: 'Your e-mail', format: 'email' } }, ['email']);
    const asked = agent.sink!.ask('elicitation', request, new AbortController().signal);
    await eventually(() => session.openQuestionList.length === 1, { what: 'the question' });
    const head = journal.head;
    const answer = (id: string, content: object) =>
      phone.request(methods.answer, {
        ...{ sessionId: 's1', id, question: 'q1' },
        answer: { action: 'accept', content },
      });
    for (const [id, content] of [
      ['answer-1', { email: 'nobody' }],
      ['answer-2', {}],
    ] as const) {
      const error = await answer(id, content).then(
        () => assert.fail('it was taken'),
        (error: unknown) => (error as { data: { offdesk: { code: string; field: string } } }).data.offdesk,
      );
      assert.equal(error.code, 'answer_invalid');
      assert.equal(error.field, 'email');
    }
    assert.equal(journal.head, head);
    assert.deepEqual(await answer('answer-1', { email: 'me@example.org' }), { result: 'applied' });
    assert.deepEqual(await asked, { action: 'accept', content: { email: 'me@example.org' } });
  });

  it('Q6, C5: a question by URL, and a refusal, carry no content to the agent', async () => {
    const agent = new FakeAgent();
    const session = new Session({
      ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
      ...{ agent, journal: new MemoryJournal('e1'), clock: systemClock, log: silentLog },
    });
    await session.startAgent();
    const url = { mode: 'url', message: 'Log in', elicitationId: 'e1', url: 'https://example.org/login' };
    const ask = (request: Record<string, unknown>) =>
      agent.sink!.ask('elicitation', request, new AbortController().signal);
    const opened = ask(url);
    const refused = ask(form({ a: { type: 'string' } }, ['a']));
    await eventually(() => session.openQuestionList.length === 2, { what: 'the questions' });
    const desk = { kind: 'desk' } as const;
    await session.answer('q1', 'answer-1', { action: 'accept', content: { a: 'x' } }, desk);
    await session.answer('q2', 'answer-2', { action: 'decline', content: { a: 1 } }, desk);
    assert.deepEqual(await opened, { action: 'accept' });
    assert.deepEqual(await refused, { action: 'decline' });
  });
});

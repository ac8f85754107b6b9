/** The pure parts of what a user does: options as one list, the queue's places, forms, text that hides something. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { eventUpdate, type SessionEvent } from '../../../src/protocol/facts.ts';
import { emptyTranscript, TranscriptFold } from '../../../src/transcript/fold.ts';
import type { PromptItem, Raw } from '../../../src/transcript/items.ts';
import { AgentSessions, byFolder } from '../../../src/web/client/agent-sessions.ts';
import {
  beforeWhenMoved,
  placeAgain,
  removalOf,
  removedFrom,
  withText,
} from '../../../src/transcript/queue-edit.ts';
import { controlsOf, currentName, summaryOf } from '../../../src/transcript/controls.ts';
import { contentOf, fieldsOf, problemsOf } from '../../../src/transcript/form-fields.ts';
import { askedOf } from '../../../src/web/views/question-words.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { hidesSomething, partsOf, visible } from '../../../src/base/unseen.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';

const base = { since: 1, seq: 1, place: 1, at: 1, updatedAt: 1 };
const waiting = (promptId: string): PromptItem => ({
  ...{ ...base, kind: 'prompt', id: `p:${promptId}`, promptId, state: 'received' },
  ...{ blocks: [{ type: 'text', text: promptId }], origin: { kind: 'desk' } },
});
const queue = ['a', 'b', 'c'].map(waiting);

describe('web: modes and options', () => {
  const risky = { _meta: { offdesk: { risky: true } } };
  const modes: Raw = {
    currentModeId: 'ask',
    availableModes: [{ id: 'ask', name: 'Ask' }, { id: 'yolo', name: 'YOLO', ...risky }, { name: 'no id' }],
  };
  const options: Raw[] = [
    { id: 'flag', name: 'Flag', type: 'boolean', currentValue: false, ...risky },
    {
      id: 'effort',
      category: 'thought_level',
      type: 'select',
      currentValue: 'gone',
      options: [{ value: 'low' }],
    },
    {
      ...{ id: 'model', name: 'Model', category: 'model', type: 'select', currentValue: 'm' },
      options: [{ group: 'g', name: 'Group', options: [{ value: 'm', name: 'Em' }] }],
    },
    { id: 'mode', category: 'mode', type: 'select', currentValue: 'ask', options: [{ value: 'ask' }] },
    { id: 'knob', type: 'knob', currentValue: { turns: 3 } },
    { type: 'select' },
  ];

  it('C7, C8: one list: the mode once, then model, thought level and all others, unknown kinds too', () => {
    const controls = controlsOf(modes, options, 'Mode');
    assert.deepEqual(
      controls.map(({ key, kind }) => [key, kind]),
      [
        ['mode', 'select'],
        ['option:model', 'select'],
        ['option:effort', 'select'],
        ['option:flag', 'switch'],
        ['option:knob', 'unknown'],
      ],
    );
    assert.deepEqual(controls.map(currentName), ['Ask', 'Em', 'gone', 'false', '{"turns":3}']);
    assert.deepEqual(summaryOf(controls, options), ['Ask', 'Em']);
    const values = controls.flatMap((control) => (control.kind === 'select' ? control.values : []));
    assert.deepEqual(
      values.filter((value) => value.risky).map(({ value }) => value),
      ['yolo'],
    );
    assert.equal(values.find(({ value }) => value === 'm')?.group, 'Group');
    assert.equal(controls.find(({ key }) => key === 'option:flag')?.kind === 'switch', true);
  });

  it('C8: an agent without modes has its mode option shown; nothing an agent sends throws', () => {
    assert.deepEqual(
      controlsOf(null, options, 'Mode').map(({ key }) => key),
      ['option:mode', 'option:model', 'option:effort', 'option:flag', 'option:knob'],
    );
    fc.assert(
      fc.property(fc.object(), fc.array(fc.object()), (anyModes, anyOptions) => {
        controlsOf(anyModes, anyOptions, 'Mode').map(currentName);
      }),
    );
  });
});

describe('web: the queue', () => {
  it('C2: one place up or down, and none beyond the ends', () => {
    assert.equal(beforeWhenMoved(queue, 0, -1), undefined);
    assert.equal(beforeWhenMoved(queue, 2, -1), 'b');
    assert.equal(beforeWhenMoved(queue, 0, 1), 'c');
    assert.equal(beforeWhenMoved(queue, 1, 1), null);
    assert.equal(beforeWhenMoved(queue, 2, 1), undefined);
  });

  it('C2: a new text keeps what is attached, but for files that it no longer names', () => {
    const link = (name: string) => ({ type: 'resource_link', name, uri: `file:///${name}` });
    const blocks = [{ type: 'text', text: 'See @a.ts and @b.ts' }, link('a.ts'), link('b.ts'), link('c.ts')];
    assert.deepEqual(withText(blocks, ' See @b.ts '), [
      { type: 'text', text: 'See @b.ts' },
      link('b.ts'),
      link('c.ts'),
    ]);
    assert.deepEqual(withText([{ type: 'image', data: '' }], ''), [{ type: 'image', data: '' }]);
  });

  it('C2: what is taken back goes to its old place, or to the end when that is gone', () => {
    const removed = removedFrom(queue, 'b');
    assert.equal(removed?.before, 'c');
    assert.equal(placeAgain([...queue, waiting('n')], 'n', 'c'), 'c');
    assert.equal(placeAgain([waiting('n')], 'n', 'c'), undefined);
    assert.equal(placeAgain(queue, 'n', 'c'), undefined, 'not there yet');
    assert.equal(removedFrom(queue, 'x'), undefined);
  });

  it('U11, C2: what was removed can be taken back once the journal says so, and not where its turn began first', () => {
    const update = eventUpdate();
    const fold = new TranscriptFold(emptyTranscript());
    const happened = (event: SessionEvent & { id: string }) => {
      const seq = fold.transcript.cursor + 1;
      fold.apply({ ...{ seq, at: seq, origin: { kind: 'desk' }, item: `p:${event.id}` }, update, event });
    };
    for (const id of ['a', 'b'])
      happened({ type: 'prompt_received', id, prompt: [{ type: 'text', text: id }] });
    const became = (id: string) => removalOf(fold.transcript, id);
    assert.deepEqual(['a', 'b', 'x'].map(became), ['asked', 'asked', 'asked']);
    happened({ type: 'turn_started', id: 'a' });
    happened({ type: 'prompt_removed', id: 'b' });
    assert.deepEqual(['a', 'b'].map(became), ['late', 'done']);
    happened({ type: 'turn_ended', id: 'a', outcome: 'done' });
    assert.equal(became('a'), 'late');
  });
});

describe('web: forms', () => {
  const form = (properties: Raw, required: string[] = []) =>
    fieldsOf({ requestedSchema: { type: 'object', properties, required } });
  const wrong = (property: Raw, value: string | string[]) =>
    problemsOf(form({ f: property }), new Map([['f', value]])).get('f')?.kind;

  it('C5: formats and limits of a text', () => {
    const cases: [Raw, string, string | undefined][] = [
      [{ format: 'email' }, 'me', 'email'],
      [{ format: 'email' }, 'me@here.org', undefined],
      [{ format: 'uri' }, 'example.org', 'uri'],
      [{ format: 'uri' }, 'https://example.org/a', undefined],
      [{ format: 'date' }, '2026-02-30', 'date'],
      [{ format: 'date' }, '2026-02-28', undefined],
      [{ format: 'date-time' }, 'soon', 'date-time'],
      [{ format: 'date-time' }, '2026-02-28T10:00', undefined],
      [{ minLength: 2 }, '𝒳', 'short'],
      [{ maxLength: 1 }, '𝒳', undefined],
      [{ maxLength: 1 }, 'ab', 'long'],
      // The host's to check, who can bound its time: here this one would take hours.
      [{ pattern: '^(\\w+\\s?)*$' }, `${'a'.repeat(40)}!`, undefined],
      [{ minLength: 5 }, '', undefined],
    ];
    for (const [schema, value, problem] of cases)
      assert.equal(
        wrong({ type: 'string', ...schema }, value),
        problem,
        `${JSON.stringify(schema)} ${value}`,
      );
  });

  it('C5: limits of numbers and of choices; required ones', () => {
    assert.equal(wrong({ type: 'integer' }, '1.5'), 'whole');
    assert.equal(wrong({ type: 'number', minimum: 1 }, '0'), 'low');
    assert.equal(wrong({ type: 'number', maximum: 1 }, '2'), 'high');
    assert.equal(wrong({ type: 'number' }, 'x'), 'number');
    const items = { enum: ['a', 'b', 'c'] };
    assert.equal(wrong({ type: 'array', items, minItems: 2 }, ['a']), 'few');
    assert.equal(wrong({ type: 'array', items, maxItems: 1 }, ['a', 'b']), 'many');
    assert.equal(wrong({ type: 'string', enum: ['a'] }, 'z'), 'choice');
    const fields = form({ a: { type: 'array', items }, s: { type: 'string' }, e: { enum: ['x'] } }, [
      'a',
      's',
      'e',
    ]);
    assert.deepEqual(
      [...problemsOf(fields, new Map())].map(([name, { kind }]) => `${name} ${kind}`),
      ['a required', 's required', 'e required'],
    );
  });

  it('C5: a date with a time is sent with its zone; a field of any name is only a field', () => {
    const fields = form(
      JSON.parse('{"at":{"type":"string","format":"date-time"},"__proto__":{"type":"string"}}') as Raw,
    );
    const content = contentOf(
      fields,
      new Map([
        ['at', '2026-11-20T10:00'],
        ['__proto__', 'x'],
      ]),
    );
    assert.equal(content?.['at'], new Date('2026-11-20T10:00').toISOString());
    assert.deepEqual(Object.keys(content ?? {}), ['at', '__proto__']);
  });
});

describe('web: what is to be approved', () => {
  it('C4: what cannot be seen is shown by its number, and nothing else is changed', () => {
    assert.deepEqual(
      partsOf('a\u202eb\n\tc\u0000').map(({ text }) => text),
      ['a', 'U+202E', 'b\n\tc', 'U+0000'],
    );
    for (const hidden of [
      '\u200b',
      '\u2066',
      '\u001b',
      '\r',
      '\u00ad',
      '\ufeff',
      '\u{e0041}',
      '\u3164',
      '\ud800',
    ])
      assert.ok(hidesSomething(`x${hidden}y`), hidden.codePointAt(0)?.toString(16));
    assert.equal(visible('👩‍💻 \u202eok'), '👩‍💻 [U+202E]ok');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const kept = partsOf(text).filter(({ hidden }) => !hidden);
        assert.ok(kept.every((part) => !hidesSomething(part.text)));
      }),
    );
  });

  it('C4, C6: the host of an address, the plan, and the input of a tool of which nothing is known', () => {
    const asked = (toolCall: Raw) => askedOf({ toolCall, options: [] }, undefined, 'Agent', '/work');
    assert.equal(
      asked({ kind: 'fetch', rawInput: { url: 'https://a.example@b.example/x' } }).host,
      'b.example',
    );
    const text = (words: string) => ({ type: 'content', content: { type: 'text', text: words } });
    assert.equal(
      asked({ kind: 'switch_mode', rawInput: { plan: '# P' }, content: [text('# P')] }).plan,
      '# P',
    );
    assert.equal(
      asked({ kind: 'switch_mode', content: [text('Ready?'), text('# The plan')] }).plan,
      '# The plan',
    );
    assert.equal(asked({ kind: 'other', title: 'tool', rawInput: { a: 1 } }).input, '{\n  "a": 1\n}');
    assert.equal(asked({ kind: 'execute', rawInput: { command: 'ls', cwd: '/else' } }).folder, '/else');
  });
});

describe("web: the agent's own sessions", () => {
  const row = (id: string, cwd: string) => ({ id, cwd, title: id, updatedAt: 1, here: true, open: null });

  it('S9: are read page by page, each once, by folder; one goes on as a session of Offdesk', async () => {
    const pages = [
      { agent: 'A', offered: true, sessions: [row('1', '/x'), row('2', '/y')], next: 'n' },
      { agent: 'A', offered: true, sessions: [row('2', '/y'), row('3', '/x')], next: null },
    ];
    const past = new AgentSessions((method) =>
      Promise.resolve(method.endsWith('continue') ? { sessionId: 's' } : pages.shift()),
    );
    await past.load();
    assert.equal(past.state.value, 'more');
    await past.more();
    assert.equal(past.state.value, 'all');
    assert.deepEqual(
      byFolder(past.rows.value).map(({ cwd, rows }) => [cwd, rows.map(({ id }) => id).join()]),
      [
        ['/x', '1,3'],
        ['/y', '2'],
      ],
    );
    assert.equal(await past.continue('1'), 's');
  });

  it('G9, S9: one that another program has open waits until it is closed there, or nobody waits', async () => {
    const clock = new FakeClock();
    const live = new OffdeskError('session_live', 'It is open.', 'Wait.');
    let answer: () => unknown = () => Promise.reject(live);
    const asked: unknown[] = [];
    const past = new AgentSessions((_, params) => {
      asked.push(params);
      return Promise.resolve(answer());
    }, clock);
    const look = async () => {
      const count = asked.length;
      clock.advance(limits.liveLookMs);
      await until(() => asked.length > count);
      await new Promise((resolve) => setImmediate(resolve));
    };
    assert.equal(await past.continue('1'), undefined);
    assert.deepEqual(past.live.asked.value, { id: '1', error: live.toShape(), waits: false });
    assert.equal(past.error.value, null);

    const waited = past.live.wait();
    assert.equal(past.live.asked.value?.waits, true);
    await look();
    // Without a connection nobody knows; then it is closed there.
    answer = () => Promise.reject(new OffdeskError('closed', 'There is no connection.'));
    await look();
    assert.equal(past.live.asked.value?.waits, true);
    answer = () => ({ sessionId: 's' });
    await look();
    assert.equal(await waited, 's');
    assert.deepEqual([past.live.asked.value, clock.pending], [null, 0]);

    answer = () => Promise.reject(live);
    await past.continue('1');
    const given = past.live.wait();
    await look();
    past.live.leave();
    assert.equal(await given, undefined);
    assert.deepEqual([past.live.asked.value, clock.pending], [null, 0]);

    await past.continue('1');
    const failed = past.live.wait();
    answer = () => Promise.reject(new OffdeskError('session_unknown', 'It is gone.'));
    await look();
    assert.equal(await failed, undefined);
    const { error } = past;
    assert.equal(error.value?.code, 'session_unknown');
    assert.deepEqual([past.live.asked.value, clock.pending], [null, 0]);

    answer = () => ({ sessionId: 'copy' });
    assert.equal(await past.continue('1', 'fork'), 'copy');
    assert.deepEqual(asked.at(-1), { id: '1', live: 'fork' });
  });

  it('S9: an agent that does not list them says so, and a refusal is shown', async () => {
    const none = new AgentSessions(() =>
      Promise.resolve({ agent: 'A', offered: false, sessions: [], next: null }),
    );
    await none.load();
    assert.deepEqual([none.state.value, none.offered.value], ['all', false]);
    const refused = new AgentSessions(() => Promise.reject(new Error('no')));
    assert.equal(await refused.continue('1'), undefined);
    assert.notEqual(refused.error.value, null);
    assert.equal(refused.opening.value, null);
  });
});

/** The journal's contract, run over each implementation (docs/SPEC.md, J). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eventUpdate, type Fact, type SessionEvent } from '../../../src/protocol/facts.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { Journal, NewFact } from '../../../src/session/journal.ts';
import { DiskJournal } from '../../../src/session/disk-journal/disk-journal.ts';
import { silentLog } from '../../../src/base/log.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

interface Made {
  journal: Journal;
  end(): Promise<void>;
}

const implementations: [string, () => Promise<Made>][] = [
  [
    'memory',
    () => {
      const journal = new MemoryJournal('epoch-1');
      return Promise.resolve({ journal, end: () => journal.close() });
    },
  ],
  [
    'disk',
    async () => {
      const folder = tempFolder('journal');
      const journal = await DiskJournal.open(folder, { clock: new FakeClock(), log: silentLog });
      const end = async () => {
        await journal.close();
        removeFolder(folder);
      };
      return { journal, end };
    },
  ],
];

function chunk(item: string, text: string): NewFact {
  return {
    item,
    at: 0,
    origin: { kind: 'agent' },
    update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
  };
}

const textOf = (facts: Fact[]) =>
  facts.map((fact) => (fact.update['content'] as { text: string }).text).join('');

for (const [name, create] of implementations) {
  describe(`journal (${name})`, () => {
    const made: Made[] = [];
    const make = async () => {
      const one = await create();
      made.push(one);
      return one.journal;
    };
    afterEach(async () => {
      for (const one of made.splice(0)) await one.end();
    });

    it('J1: numbers facts from one, without a gap', async () => {
      const journal = await make();
      const seen: number[] = [];
      journal.onAppend((fact) => seen.push(fact.seq));
      for (let i = 0; i < 5; i++) journal.append(chunk('m1', String(i)));
      assert.deepEqual(seen, [1, 2, 3, 4, 5]);
      assert.equal(journal.head, 5);
      assert.deepEqual(
        (await journal.read(2, 1e6)).map((fact) => fact.seq),
        [3, 4, 5],
      );
    });

    it('J2: keeps an update as it came', async () => {
      const journal = await make();
      const update = { sessionUpdate: 'from_the_future', odd: { deep: [1, null, 'x'] }, _meta: { a: 1 } };
      journal.append({ at: 1, origin: { kind: 'agent' }, update });
      assert.deepEqual((await journal.read(0, 1))[0]?.update, update);
    });

    it('F4: a read gives at least one fact and stops near its bound', async () => {
      const journal = await make();
      for (let i = 0; i < 10; i++) journal.append(chunk('m1', 'x'.repeat(1000)));
      assert.equal((await journal.read(0, 1)).length, 1);
      assert.equal((await journal.read(0, 3000)).length, 3);
    });

    it('J5: the tail comes with older state facts and without what is over', async () => {
      const journal = await make();
      const origin = { kind: 'agent' } as const;
      const state = { sessionUpdate: 'session_info_update' };
      journal.append({
        at: 0,
        origin,
        update: { sessionUpdate: 'available_commands_update', availableCommands: [1] },
      });
      journal.append({
        at: 0,
        origin,
        update: { sessionUpdate: 'available_commands_update', availableCommands: [2] },
      });
      const request = {};
      journal.append({
        at: 0,
        origin,
        update: state,
        item: 'q:1',
        event: { type: 'question_opened', id: '1', kind: 'permission', request },
      });
      journal.append({
        at: 0,
        origin,
        update: state,
        item: 'q:2',
        event: { type: 'question_opened', id: '2', kind: 'permission', request },
      });
      journal.append({
        at: 0,
        origin,
        update: state,
        item: 'q:1',
        event: { type: 'question_closed', id: '1', answer: { outcome: 'cancelled' } },
      });
      for (let i = 0; i < 4; i++) journal.append(chunk(`m${i}`, 'x'));
      const window = await journal.tail(2);
      assert.deepEqual(
        window.state.map((fact) => fact.seq),
        [2, 4],
      );
      assert.equal(window.start, 8);
      assert.equal(window.from, 8);
      assert.equal((await journal.tail(99)).from, null);
    });

    it('J5: what a session cost is told though a later usage does not speak of it', async () => {
      const journal = await make();
      const usage = (used: number, more: object = {}) =>
        journal.append({
          at: 0,
          origin: { kind: 'agent' },
          update: { sessionUpdate: 'usage_update', used, ...more },
        });
      usage(1, { cost: { amount: 1, currency: 'USD' } });
      usage(2, { cost: { amount: 2, currency: 'USD' } });
      usage(3);
      usage(4);
      journal.append(chunk('m1', 'x'));
      const seqs = async () => (await journal.tail(0)).state.map(({ seq }) => seq);
      assert.deepEqual(await seqs(), [2, 4]);
      usage(5, { cost: { amount: 3, currency: 'USD' } });
      assert.deepEqual(await seqs(), [6]);
    });

    it('J6: a prompt that waited stands in the page where its turn began, with its text', async () => {
      const journal = await make();
      const origin = { kind: 'desk' } as const;
      const update = { sessionUpdate: 'session_info_update' };
      const content = { type: 'text', text: 'and then this' };
      const event = { type: 'prompt_received', id: 'late', prompt: [content] } as const;
      journal.append({ at: 0, origin, update, item: 'p:late', event: { ...event, prompt: [content] } });
      for (let i = 0; i < 30; i++) journal.append(chunk(`m${i}`, 'x'));
      journal.append({ at: 0, origin, update, item: 'p:late', event: { type: 'turn_started', id: 'late' } });
      journal.append({
        at: 0,
        origin,
        item: 'p:late',
        update: { sessionUpdate: 'user_message_chunk', content },
      });
      const { facts } = await journal.page({ before: journal.head + 1 }, 2, 1e6);
      const [, prompt] = applyFacts(emptyTranscript(), facts).items;
      assert.ok(prompt?.kind === 'prompt');
      assert.deepEqual([prompt.state, prompt.blocks, prompt.origin], ['running', [content], origin]);
    });

    it('J6: pages hold every item once, whole, whatever the sizes', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(9), { minLength: 1, maxLength: 60 }),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 1, max: 2000 }),
          async (items, limit, bytes) => {
            const journal = await make();
            const expected = new Map<string, string>();
            items.forEach((item, i) => {
              journal.append(chunk(`m${item}`, `${i};`));
              expected.set(`m${item}`, `${expected.get(`m${item}`) ?? ''}${i};`);
            });
            const found = new Map<string, string>();
            let before: number | null = journal.head + 1;
            let pages = 0;
            while (before !== null) {
              const page = await journal.page({ before }, limit, bytes);
              for (const id of new Set(page.facts.map((fact) => fact.item!))) {
                assert.ok(!found.has(id), 'an item came twice');
                found.set(id, textOf(page.facts.filter((fact) => fact.item === id)));
              }
              assert.ok(++pages <= 60);
              before = page.from;
            }
            assert.deepEqual([...found].sort(), [...expected].sort());
          },
        ),
      );
    });

    it('J16: tells the fate of prompts and changes, however long ago', async () => {
      const journal = await make();
      const event = (told: SessionEvent) =>
        journal.append({ at: 0, origin: { kind: 'desk' }, update: eventUpdate(), event: told });
      event({ type: 'prompt_received', id: 'first', prompt: [{ type: 'text', text: 'Hello' }] });
      event({ type: 'change', id: 'a-change', what: 'mode' });
      event({ type: 'prompt_received', id: 'second', prompt: [{ type: 'text', text: 'Hello' }] });
      event({ type: 'turn_started', id: 'first' });
      assert.equal(await journal.fate('first'), 'running');
      event({ type: 'turn_ended', id: 'first', outcome: 'cancelled' });
      for (let i = 0; i < 500; i++) journal.append(chunk(`m${i}`, 'x'));
      assert.equal(await journal.fate('first'), 'cancelled');
      assert.equal(await journal.fate('second'), 'received');
      assert.equal(await journal.fate('a-change'), 'changed');
      assert.equal(await journal.fate('never'), undefined);
    });

    it('J17: finds a text told in pieces, whatever the case, newest first, at most once an item', async () => {
      const journal = await make();
      journal.append(chunk('m1', 'The QUICK '));
      journal.append(chunk('m1', 'bro'));
      journal.append(chunk('m1', 'wn\n\n  fox "jumps"'));
      journal.append(chunk('m2', 'İİ a quick brown FOX, a quick brown fox'));
      journal.append({
        at: 7,
        item: 't:1',
        origin: { kind: 'agent' },
        update: { sessionUpdate: 'tool_call', toolCallId: '1', title: 'Read', rawInput: { path: 'C:\\fox' } },
      });
      const found = async (query: string, before = journal.head + 1, limit = 50) =>
        (await journal.search(query, before, limit)).hits;
      const hits = await found('Quick  brown fox');
      assert.deepEqual(
        hits.map(({ seq, item }) => [seq, item]),
        [
          [4, 'm2'],
          [1, 'm1'],
        ],
      );
      for (const { excerpt, start, end } of hits) {
        assert.equal(excerpt.slice(start, end).toLowerCase(), 'quick brown fox');
      }
      assert.equal((await found('Brown', 4)).length, 1);
      assert.deepEqual((await found('"JUMPS"'))[0]?.item, 'm1');
      assert.deepEqual((await found('c:\\FOX'))[0]?.item, 't:1');
      assert.deepEqual(await found('tool_call'), []);
      const first = await journal.search('fox', journal.head + 1, 1);
      assert.equal(first.hits[0]?.item, 't:1');
      const second = await journal.search('fox', first.next!, 2);
      assert.deepEqual(
        second.hits.map(({ item }) => item),
        ['m2', 'm1'],
      );
    });
  });
}

describe('coalesce', () => {
  it('J7: joins consecutive text chunks of one item and loses nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.string()), { maxLength: 40 }), (chunks) => {
        const facts = chunks.map(([item, text], i): Fact => ({ seq: i + 1, ...chunk(`m${item}`, text) }));
        const before = structuredClone(facts);
        const joined = coalesce(facts);
        assert.equal(textOf(joined), textOf(facts));
        assert.equal(joined.at(-1)?.seq, facts.at(-1)?.seq);
        for (let i = 1; i < joined.length; i++) assert.notEqual(joined[i]!.item, joined[i - 1]!.item);
        assert.deepEqual(facts, before);
      }),
    );
  });

  it('J7: what the agent says again of a prompt is not joined to the prompt', () => {
    const said = { sessionUpdate: 'user_message_chunk', content: { type: 'text', text: 'hello' } };
    const own: Fact = { seq: 2, at: 0, origin: { kind: 'device', id: 'd1' }, item: 'p:p0', update: said };
    const echo: Fact = { ...own, seq: 3, origin: { kind: 'agent' } };
    const other: Fact = { ...own, seq: 4, origin: { kind: 'device', id: 'd2' } };
    assert.deepEqual(coalesce([own, echo, other]), [own, echo, other]);
  });

  it('J7: leaves everything else alone', () => {
    const tool: Fact = {
      seq: 2,
      at: 0,
      origin: { kind: 'agent' },
      item: 't:1',
      update: { sessionUpdate: 'tool_call' },
    };
    const facts = [{ seq: 1, ...chunk('m1', 'a') }, tool, { seq: 3, ...chunk('m2', 'b') }];
    assert.deepEqual(coalesce(facts), facts);
  });
});

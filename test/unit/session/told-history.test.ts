/** A session that was held elsewhere meanwhile: what its agent tells again, and what of it the journal has. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { Fact, Origin, PromptBlock, RawUpdate } from '../../../src/protocol/facts.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { newsIn } from '../../../src/session/told-history.ts';
import { TurnMarks } from '../../../src/session/turn-marks.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { missing, toldAgain, type Agent, type RecordedTurn } from '../transcript/recorded.ts';

const desk: Origin = { kind: 'desk' };
const words = (text: string): PromptBlock[] => [{ type: 'text', text }];
const chunk = (kind: string, text: string): RawUpdate => ({
  sessionUpdate: kind,
  content: { type: 'text', text },
});
const wrote = (text: string) => chunk('user_message_chunk', text);
const said = (text: string) => chunk('agent_message_chunk', text);
const textOf = ({ content }: RawUpdate) => String((content as { text?: unknown } | undefined)?.text ?? '');

function open(journal: MemoryJournal, agent: FakeAgent, earlier: boolean): Promise<Session> {
  const options = {
    ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
    ...{ agent, journal, clock: systemClock, log: silentLog },
  };
  return earlier ? Session.restore({ ...options, catchUp: true }) : Promise.resolve(new Session(options));
}

/** These turns, held here; `cut`: the host was killed in the last. */
async function held(turns: readonly RecordedTurn[], cut = false): Promise<MemoryJournal> {
  const journal = new MemoryJournal('e1');
  const agent = new FakeAgent();
  const session = await open(journal, agent, false);
  for (const [index, { prompt, updates, stopReason }] of turns.entries()) {
    const end = session.prompt(`prompt-${index}`, prompt, desk);
    const turn = await agent.nextTurn();
    for (const update of updates) agent.sink!.update(update);
    if (cut && index === turns.length - 1) break;
    turn.end(stopReason);
    await end;
  }
  await session.suspend();
  return again(journal);
}

/** What is on the disk. */
async function again(journal: MemoryJournal): Promise<MemoryJournal> {
  const copy = new MemoryJournal(journal.epoch);
  for (const { seq: _, ...fact } of await factsOf(journal)) copy.append(fact);
  return copy;
}

const factsOf = (journal: MemoryJournal): Promise<Fact[]> => journal.read(0, Number.MAX_SAFE_INTEGER);

/** Goes on with it, with an agent that tells this; what is journaled of it. */
async function goOn(journal: MemoryJournal, tells: RawUpdate[]) {
  const before = journal.head;
  const agent = Object.assign(new FakeAgent(), { remembers: true, tells });
  const session = await open(journal, agent, true);
  await session.startAgent();
  const facts = await factsOf(journal);
  const added = facts.filter(({ seq, event }) => seq > before && !event).map(({ update }) => update);
  await session.close();
  return { facts, added, session };
}

const turn = (prompt: string, ...updates: RawUpdate[]): RecordedTurn => ({
  ...{ prompt: words(prompt), updates, stopReason: 'end_turn' },
});
const isNotice = ({ sessionUpdate }: RawUpdate) => sessionUpdate === 'notice';
const promptsIn = (updates: RawUpdate[]) =>
  updates.filter(({ sessionUpdate }) => sessionUpdate === 'user_message_chunk').map(textOf);

describe('a session that was held elsewhere meanwhile', function () {
  this.timeout(120_000);

  for (const name of ['claude', 'codex', 'kimi', 'opencode'] satisfies Agent[]) {
    it(`G7, S9: ${name}: wherever it was left, every prompt is there once, with what was answered`, async function () {
      if (missing) {
        console.log(missing);
        return this.skip();
      }
      for (const { turns, told } of toldAgain(name)) {
        const prompts = turns.map(({ prompt }) => String(prompt[0]!['text']));
        for (let here = 1; here <= turns.length; here++) {
          const { facts, added } = await goOn(await held(turns.slice(0, here)), told);
          assert.ok(!added.some(isNotice), `${name} after ${here}`);
          assert.deepEqual(promptsIn(facts.map(({ update }) => update)), prompts, `${name} after ${here}`);
          assert.deepEqual(promptsIn(added), prompts.slice(here));
          const rest = told.slice(told.findIndex((update) => textOf(update) === prompts[here]));
          const answers = (updates: RawUpdate[]) =>
            updates.filter(({ sessionUpdate }) => sessionUpdate === 'agent_message_chunk').map(textOf);
          assert.deepEqual(answers(added), here < turns.length ? answers(rest) : []);
        }
      }
    });
  }

  it('G7: what agents add for the model alone is not told, and of state the newest is', async () => {
    const journal = await held([turn('one', said('first'))]);
    const commands = (name: string): RawUpdate => ({
      ...{ sessionUpdate: 'available_commands_update', availableCommands: [{ name, description: '' }] },
    });
    const { added } = await goOn(journal, [
      ...[commands('old'), wrote('one'), wrote('<system-reminder>\nIt is Friday.\n</system-reminder>')],
      ...[said('fir'), said('st'), commands('new'), wrote('[Request interrupted by user]')],
      ...[wrote('two'), said('second')],
    ]);
    assert.deepEqual(added.slice(0, 1), [commands('new')]);
    assert.deepEqual(added.slice(1).map(textOf), ['two', 'second']);
  });

  it('G7: a turn that was interrupted is told or not, and its prompt is there once', async () => {
    const left = await held([turn('one', said('first')), turn('two', said('half of it'))], true);
    const known = [wrote('one'), said('first')];
    const lost = await goOn(await again(left), [...known, wrote('three'), said('third')]);
    assert.deepEqual(lost.added.map(textOf).filter(Boolean), ['three', 'third']);
    const partial = await goOn(await again(left), [...known, wrote('two'), said('half'), wrote('three')]);
    assert.deepEqual(partial.added.map(textOf).filter(Boolean), ['three']);
  });

  it('G7: where it is not certain, nothing is told and a notice says so', async () => {
    const journal = await held([turn('go on', said('done'))]);
    const cases: Record<string, RawUpdate[]> = {
      'the same words twice': [wrote('go on'), said('done'), wrote('go on'), said('done')],
      condensed: [wrote('A summary'), said('of it all'), wrote('new'), said('news')],
      'two prompts that look like one': [wrote('go on'), wrote('new'), said('news')],
      'nothing at all': [],
    };
    for (const [what, told] of Object.entries(cases)) {
      const { added } = await goOn(await again(journal), told);
      assert.deepEqual(added.map(isNotice), [true], what);
    }
  });

  it('G7: of an agent that starts afresh nothing is told, and a later start catches up no more', async () => {
    const journal = await held([turn('one', said('first'))]);
    const agent = Object.assign(new FakeAgent(), { tells: [wrote('one'), said('first'), wrote('two')] });
    const session = await open(journal, agent, true);
    await session.startAgent();
    agent.remembers = true;
    agent.sink!.exited(new OffdeskError('agent_exited', 'Gone.', ''));
    await session.startAgent();
    const facts = await factsOf(journal);
    assert.deepEqual(promptsIn(facts.map(({ update }) => update)), ['one']);
    await session.close();
  });

  it('G7: wherever it is cut, nothing is told twice, and all is told where no two prompts are alike', () => {
    const text = fc.constantFrom('go on', 'yes', 'fix it', 'why?', '/compact', 'fix  it', ...'abcdefgh');
    const answer = fc.constantFrom('', 'done', 'I will.', 'I will. done', 'no', 'yes, I will', 'hm');
    const held = fc.record({
      ...{ prompt: text, answer, elsewhere: fc.boolean(), fails: fc.boolean(), lost: fc.boolean() },
      ...{ aside: fc.boolean(), tool: fc.boolean(), cut: fc.nat({ max: 6 }) },
    });
    type Held = typeof held extends fc.Arbitrary<infer T> ? T : never;
    /** In pieces, with whatever the agent puts between. */
    const told = ({ prompt, answer, aside, tool, cut }: Held, index: number): RawUpdate[] => [
      wrote(prompt),
      ...(aside ? [wrote('<system-reminder>It is Friday.</system-reminder>')] : []),
      ...(tool ? [chunk('agent_thought_chunk', 'hm')] : []),
      ...[answer.slice(0, cut), answer.slice(cut)].filter(Boolean).map(said),
      ...(tool ? [{ sessionUpdate: 'tool_call', toolCallId: `c${index}`, title: 'Run' }] : []),
    ];
    const marksOf = (turns: Held[]) => {
      const marks = new TurnMarks();
      for (const [index, one] of turns.entries()) {
        marks.parts();
        for (const update of told({ ...one, aside: false, cut: 1 }, index)) marks.see(update);
        if (one.fails) marks.broken();
      }
      return marks.all;
    };
    fc.assert(
      fc.property(
        fc.array(held, { maxLength: 8 }),
        fc.nat({ max: 8 }),
        fc.nat({ max: 2 }),
        (all, end, gone) => {
          // Held here up to `end` but for those that were held elsewhere; then elsewhere alone.
          const here = all.slice(0, end).filter(({ elsewhere }) => !elsewhere);
          const known = all
            .map((one, index) => ({ one, index, ours: index < end && !one.elsewhere }))
            .filter(({ one, ours }) => !(ours && one.fails && one.lost))
            .slice(gone);
          const updates = known.flatMap(({ one, index }) =>
            told(one, index).map((update) => ({ update, index })),
          );
          const { said } = newsIn(
            updates.map(({ update }) => update),
            marksOf(here),
          );
          const lastOurs = known.findLast(({ ours }) => ours)?.index ?? -1;
          const news = new Set(
            (said ?? []).map((update) => updates.find((one) => one.update === update)!.index),
          );
          for (const index of news) assert.ok(index > lastOurs, 'told twice');
          const prompts = all.map(({ prompt }) => prompt.replace(/\s/g, ''));
          const unlike = new Set(prompts).size === prompts.length && !prompts.includes('/compact');
          // Without ids, prompts with nothing between look like one.
          const answered = all.every(({ answer }) => answer !== '');
          const through = all.slice(0, end).every(({ elsewhere }) => !elsewhere) && gone === 0;
          if (!unlike || !answered || !through) return;
          const wanted = known.filter(({ index }) => index >= end).map(({ index }) => index);
          assert.deepEqual([...news], wanted, 'all that is new');
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

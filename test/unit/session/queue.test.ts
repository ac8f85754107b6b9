/** The shared queue: edited, ordered and sent now from any surface, with the same picture everywhere and after a restart. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Fact, Origin } from '../../../src/protocol/facts.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import type { Transcript } from '../../../src/transcript/items.ts';
import { fromSnapshot, toSnapshot } from '../../../src/transcript/snapshot.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { eventually, within } from '../../support/wait.ts';
import { complete, hasCode, setup as setupClients } from './downstream-kit.ts';

const desk: Origin = { kind: 'desk' };
const phone: Origin = { kind: 'device', id: 'd1', name: 'Pixel 9' };
const words = (text: string) => [{ type: 'text', text }];
const all = Number.MAX_SAFE_INTEGER;

function make(agent: FakeAgent, journal: MemoryJournal) {
  return {
    ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
    ...{ agent, journal, clock: systemClock, log: silentLog },
  };
}

/** A session with a running turn and prompts `a`, `b`, `c` behind it. */
async function waiting() {
  const agent = new FakeAgent();
  const journal = new MemoryJournal('e1');
  const session = new Session(make(agent, journal));
  const ends = new Map<string, Promise<string>>();
  const send = (id: string) => {
    ends.set(
      id,
      session.prompt(`prompt-${id}`, words(id), desk).then(({ outcome }) => outcome),
    );
  };
  send('0');
  const turn = await agent.nextTurn();
  for (const id of ['a', 'b', 'c']) send(id);
  const facts = () => journal.read(0, all);
  await eventually(async () => queueOf(await facts()).length === 3, { what: 'the queue' });
  return { agent, journal, session, turn, facts, ends };
}

const fold = (facts: Iterable<Fact>) => applyFacts(emptyTranscript(), facts);
const shown = ({ queue }: Transcript) => queue.map(({ blocks }) => String(blocks[0]?.['text']));
const queueOf = (facts: Fact[]) => shown(fold(facts));

async function killAndRestore(journal: MemoryJournal, agent = new FakeAgent()) {
  const copy = new MemoryJournal(journal.epoch);
  for (const { seq: _, ...fact } of await journal.read(0, all)) copy.append(fact);
  return { agent, journal: copy, session: await Session.restore(make(agent, copy)) };
}

describe('queue', function () {
  this.timeout(60_000);

  it('P16, T15, C2: edited and moved, it shows so everywhere, and reaches the agent so', async () => {
    const { agent, session, turn, facts, ends } = await waiting();
    await session.queue.edit('prompt-b', words('better'), phone, 'change-01');
    await session.queue.move('prompt-c', 'prompt-a', phone, 'change-02');
    assert.deepEqual(queueOf(await facts()), ['c', 'a', 'better']);
    const edited = fold(await facts()).queue[2]!;
    assert.deepEqual([edited.origin, edited.editedBy], [desk, phone]);
    await session.queue.move('prompt-c', null, phone, 'change-03');
    assert.deepEqual(queueOf(await facts()), ['a', 'better', 'c']);
    turn.end('end_turn');
    for (const text of ['a', 'better', 'c']) {
      const next = await agent.nextTurn();
      assert.equal(next.blocks[0]?.['text'], text);
      next.end('end_turn');
      await ends.get(text === 'better' ? 'b' : text);
    }
    assert.deepEqual(agent.prompts, ['0', 'a', 'better', 'c']);
    const transcript = fold(await facts());
    assert.deepEqual(transcript.queue, []);
    const prompts = transcript.items.filter((item) => item.kind === 'prompt');
    assert.deepEqual(
      prompts.map(({ blocks }) => blocks[0]?.['text']),
      ['0', 'a', 'better', 'c'],
    );
  });

  it('P16, B7, C2: asked for again by its id, also after a restart, nothing happens again', async () => {
    const { session, journal, facts } = await waiting();
    const edit = (to: Session) => to.queue.edit('prompt-b', words('better'), phone, 'change-01');
    const move = (to: Session) => to.queue.move('prompt-c', 'prompt-a', phone, 'change-02');
    await Promise.all([edit(session), edit(session), move(session), move(session)]);
    const head = journal.head;
    await edit(session);
    await move(session);
    assert.equal(journal.head, head);
    assert.equal((await facts()).filter(({ event }) => event?.type === 'prompt_edited').length, 1);
    const back = await killAndRestore(journal);
    const came = back.journal.head;
    await edit(back.session);
    await move(back.session);
    assert.equal(back.journal.head, came);
    assert.deepEqual(queueOf(await back.journal.read(0, all)), ['c', 'a', 'better']);
  });

  it('P16, C2: one that has begun is not changed, and nothing of it is journaled', async () => {
    const { agent, session, turn, journal, ends } = await waiting();
    turn.end('end_turn');
    await ends.get('0');
    await agent.nextTurn();
    const head = journal.head;
    const unknown = { code: 'prompt_unknown' };
    await assert.rejects(session.queue.edit('prompt-a', words('late'), phone, 'change-01'), unknown);
    await assert.rejects(session.queue.move('prompt-a', null, phone, 'change-02'), unknown);
    await assert.rejects(session.queue.move('prompt-b', 'prompt-a', phone, 'change-03'), unknown);
    await assert.rejects(session.queue.now('prompt-a', phone, 'change-04'), unknown);
    const large = words('x'.repeat(2 * 1024 * 1024));
    await assert.rejects(session.queue.edit('prompt-b', large, phone, 'change-02'), {
      code: 'message_too_large',
    });
    assert.equal(journal.head, head);
    assert.equal(agent.cancels, 0);
  });

  it('P17, C2: send now ends the turn with its question, then sends that prompt, then the others', async () => {
    const { agent, session, turn, facts, ends } = await waiting();
    const asked = agent.sink!.ask('elicitation', { message: 'Well?' }, new AbortController().signal);
    await eventually(() => session.openQuestionList.length === 1, { what: 'the question' });
    await session.queue.now('prompt-c', phone, 'change-01');
    assert.equal(agent.cancels, 1);
    assert.deepEqual(await within(asked, 25_000, 'the answer'), { action: 'cancel' });
    assert.deepEqual(agent.prompts, ['0'], 'not before the turn is over');
    assert.deepEqual(queueOf(await facts()), ['c', 'a', 'b']);
    turn.end('cancelled');
    assert.equal(await ends.get('0'), 'cancelled');
    for (const id of ['c', 'a', 'b']) {
      (await agent.nextTurn()).end('end_turn');
      assert.equal(await ends.get(id), 'done');
    }
    assert.deepEqual(agent.prompts, ['0', 'c', 'a', 'b']);
    assert.equal(agent.cancels, 1, 'what follows is not stopped');
    assert.equal(fold(await facts()).held, false);
  });

  it('P17, C2: send now after Stop sends that one, and the others stay held', async () => {
    const { agent, session, turn, facts, ends } = await waiting();
    await session.cancel(desk);
    await session.queue.now('prompt-b', phone);
    turn.end('cancelled');
    const next = await agent.nextTurn();
    assert.equal(next.blocks[0]?.['text'], 'b');
    next.end('end_turn');
    assert.equal(await ends.get('b'), 'done');
    assert.equal(agent.turn, undefined);
    assert.equal(fold(await facts()).held, true);
    assert.deepEqual(queueOf(await facts()), ['a', 'c']);
    // Without a turn, too.
    await session.queue.now('prompt-c', phone);
    (await agent.nextTurn()).end('end_turn');
    assert.equal(await ends.get('c'), 'done');
    await session.queue.resume(phone);
    (await agent.nextTurn()).end('end_turn');
    assert.equal(await ends.get('a'), 'done');
    assert.deepEqual(agent.prompts, ['0', 'b', 'c', 'a']);
  });

  it('P17, C2: two at once: the last one asked for goes first, and each goes once', async () => {
    const { agent, session, turn, ends } = await waiting();
    await Promise.all([session.queue.now('prompt-b', desk), session.queue.now('prompt-c', phone)]);
    turn.end('cancelled');
    for (const id of ['c', 'b', 'a']) {
      (await agent.nextTurn()).end('end_turn');
      await ends.get(id);
    }
    assert.deepEqual(agent.prompts, ['0', 'c', 'b', 'a']);
  });

  it('P7, P16, C2: over a connection: for those who may control, and seen by all', async () => {
    const { agent, session, connect } = setupClients();
    const phone = await connect('Pixel');
    const tablet = await connect('Tablet', 'answer');
    for (const probe of [phone, tablet]) await probe.resume('s1', { tail: 20 });
    void phone.prompt('s1', 'prompt-00', 'first').catch(() => {});
    await agent.nextTurn();
    for (const id of ['a', 'b']) void phone.prompt('s1', `prompt-${id}`, id).catch(() => {});
    await eventually(() => fold(phone.facts).queue.length === 2, { what: 'the queue' });
    const edit = { sessionId: 's1', id: 'prompt-b', prompt: words('better'), change: 'change-01' };
    const move = { sessionId: 's1', id: 'prompt-b', before: 'prompt-a', change: 'change-02' };
    const now = { sessionId: 's1', id: 'prompt-a', change: 'change-03' };
    for (const [method, params] of [
      [methods.queueEdit, edit],
      [methods.queueMove, move],
      [methods.queueNow, now],
    ] as const) {
      await assert.rejects(tablet.request(method, params), hasCode('scope_insufficient'));
      await phone.request(method, params);
    }
    await assert.rejects(phone.request(methods.queueMove, { ...move, before: 3 }), hasCode('invalid_params'));
    for (const probe of [phone, tablet]) {
      await complete(probe, session);
      assert.deepEqual(shown(fold(probe.facts)), ['a', 'better']);
    }
  });

  it('T15, T4, K1, B2, C2: the same queue from a window, with history, from a copy, and after a restart', async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('edit' as const), at: fc.nat(5), text: fc.string({ minLength: 1 }) }),
      fc.record({ kind: fc.constant('move' as const), at: fc.nat(5), before: fc.option(fc.nat(5)) }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(5) }),
      fc.record({ kind: fc.constant('send' as const), text: fc.string({ minLength: 1 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), fc.nat(), async (changes, cut) => {
        const { session, journal, facts } = await waiting();
        let count = 0;
        for (const change of changes) {
          const queue = fold(await facts()).queue.map(({ promptId }) => promptId);
          const at = (index: number) => queue[index % Math.max(1, queue.length)];
          if (change.kind === 'send') {
            session.prompt(`sent-later-${++count}`, words(change.text), phone).catch(() => {});
            await eventually(async () => fold(await facts()).queue.length === queue.length + 1, {
              what: 'it',
            });
            continue;
          }
          const id = at(change.at);
          if (id === undefined) continue;
          if (change.kind === 'edit') await session.queue.edit(id, words(change.text), phone);
          else if (change.kind === 'remove') await session.queue.remove(id, phone);
          else {
            const before = change.before === null ? null : (at(change.before) ?? null);
            await session.queue.move(id, before, phone);
          }
        }
        const whole = await facts();
        const expected = queueOf(whole);
        const { state, start } = await journal.tail(cut % 8);
        const window = [...state, ...(await journal.read(start - 1, all))];
        assert.deepEqual(queueOf(window), expected);
        const after = whole.slice(cut % whole.length);
        assert.deepEqual(shown(mergeHistory(fold(after), whole)), expected);
        const kept = fromSnapshot(
          JSON.parse(JSON.stringify(toSnapshot(fold(whole), { epoch: 'e1', seq: journal.head }, null))),
        );
        assert.deepEqual(shown(kept!.transcript), expected);
        const back = await killAndRestore(journal);
        assert.deepEqual(queueOf(await back.journal.read(0, all)), expected);
        await back.session.queue.resume(desk);
        const reached = back.agent.prompts;
        if (expected.length > 0) await back.agent.nextTurn();
        assert.deepEqual(reached, expected.slice(0, 1));
        await Promise.all([session.close(), back.session.close()]);
      }),
      { numRuns: 40 },
    );
  });
});

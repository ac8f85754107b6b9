/** The name that somebody gives a session: shown everywhere, before the agent's titles, and kept. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Origin } from '../../../src/protocol/facts.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { hasCode, setup } from './downstream-kit.ts';

const phone: Origin = { kind: 'device', id: 'd1', name: 'Pixel' };
const sessionId = 's1';

describe('a session with a name', () => {
  it('P19, S6, S7: goes before what the agent calls it, for who reads along and after a restart', async () => {
    const agent = new FakeAgent();
    const journal = new MemoryJournal('e1');
    const options = {
      ...{ id: sessionId, cwd: '/work', title: 'host · work', agentName: 'Fake', demo: false },
      ...{ agent, journal, clock: systemClock, log: silentLog },
    };
    const calls = (title: string) => agent.sink!.update({ sessionUpdate: 'session_info_update', title });
    const session = new Session(options);
    await session.startAgent();
    calls('of the agent');
    assert.equal(session.title, 'of the agent');
    let changes = 0;
    session.onChange(() => changes++);
    await session.rename('  Nightly\u202E build ', phone, 'change-01');
    assert.equal(session.title, 'Nightly build');
    assert.ok(changes > 0);
    calls('another of the agent');
    const facts = await journal.read(0, 1_000_000);
    assert.equal(applyFacts(emptyTranscript(), facts).title, 'Nightly build');
    assert.equal(session.title, 'Nightly build');
    const named = facts.find(({ update }) => update['title'] === 'Nightly build');
    assert.deepEqual(named?.origin, phone);
    await session.suspend();

    const copy = new MemoryJournal('e1');
    for (const { seq: _, ...fact } of await journal.read(0, 1_000_000)) copy.append(fact);
    const back = await Session.restore({ ...options, agent: new FakeAgent(), journal: copy });
    assert.equal(back.title, 'Nightly build');
    await back.rename('Nightly build', phone, 'change-01');
    await back.rename('Weekly build', phone, 'change-02');
    await back.rename('too late', phone, 'change-01');
    assert.equal(back.title, 'Weekly build');
    await back.close();
  });

  it('P19, P7, P14: is given by those who may control, over a connection, and has to be seen', async () => {
    const { session, connect } = setup();
    const control = await connect('a');
    const reader = await connect('b', 'answer');
    const name = (name: unknown) => ({ sessionId, name, change: 'change-01' });
    await assert.rejects(reader.request(methods.sessionName, name('mine')), hasCode('scope_insufficient'));
    for (const wrong of ['', ' \u200B\u202E ', 7, 'x'.repeat(201)])
      await assert.rejects(control.request(methods.sessionName, name(wrong)), hasCode('invalid_params'));
    await control.request(methods.sessionName, name('Nightly'));
    assert.equal(session.title, 'Nightly');
    const { sessions } = await reader.request<{ sessions: { title: string }[] }>('session/list', {});
    assert.deepEqual(
      sessions.map(({ title }) => title),
      ['Nightly'],
    );
  });
});

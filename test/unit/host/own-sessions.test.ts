/** An agent that lists its sessions badly holds up nothing for ever. */
import assert from 'node:assert/strict';
import { silentLog } from '../../../src/base/log.ts';
import { AgentsSessions } from '../../../src/host/agents-sessions.ts';
import { ownSessions } from '../../../src/host/own-sessions.ts';
import { Run } from '../../../src/host/run.ts';
import type { LiveSession } from '../../../src/host/session-maker.ts';
import { SessionRoom } from '../../../src/host/session-room.ts';
import { SessionStore } from '../../../src/host/session-store.ts';
import { limits } from '../../../src/protocol/limits.ts';
import type { OwnSessions } from '../../../src/session/agent-port.ts';
import type { Session } from '../../../src/session/session.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { testHost } from '../../support/test-host.ts';

type Pages = (before: string | undefined) => Promise<OwnSessions | undefined>;

const sessionWith = (agentSessions: Pages): Session =>
  ({ agentName: 'Fake', startAgent: () => Promise.resolve(), agentSessions }) as unknown as Session;

const agent = { choice: { kind: 'named', name: 'demo' }, title: 'Demo', demo: true };

async function agentsSessions(count: number, agentSessions: Pages) {
  const clock = new FakeClock();
  const { ports } = await testHost({}, { clock });
  const run = new Run();
  run.settle();
  run.store = await SessionStore.open(tempFolder('own'), silentLog);
  const live = new Map<string, LiveSession>();
  for (let i = 0; i < count; i++) {
    const session = Object.assign(sessionWith(agentSessions), { id: `s${i}`, agentSession: `a${i}` });
    live.set(session.id, { session, kept: { stored: { agent } } } as unknown as LiveSession);
  }
  const room = new SessionRoom(ports, () => live.size);
  const add = () => assert.fail('nothing is opened');
  const own = new AgentsSessions({ host: ports, mcp: undefined, live, run: () => run, room, add });
  return { own, clock, cwd: ports.cwd };
}

describe("an agent's list of its sessions", () => {
  it('G5, A21: pages without end are read up to a bound', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const endless = sessionWith(() => {
      const one = { id: 'only', title: 'Only', cwd: '/work', updatedAt: null };
      return Promise.resolve({ sessions: asked++ === 0 ? [one] : [], next: 'more' });
    });
    const listed = await ownSessions(endless, clock);
    assert.deepEqual(
      listed?.map(({ id }) => id),
      ['only'],
    );
    assert.equal(asked, limits.agentSessionPages);
    assert.equal(clock.pending, 0);
  });

  it('G5, A21: one that does not answer is agent_timeout, and is asked for no more pages', async () => {
    const clock = new FakeClock();
    const answers: ((page: OwnSessions) => void)[] = [];
    const listed = ownSessions(
      sessionWith(() => new Promise((resolve) => answers.push(resolve))),
      clock,
    );
    const refused = assert.rejects(listed, ({ code, next }: { code: string; next: string }) => {
      assert.ok(next);
      return code === 'agent_timeout';
    });
    await until(() => answers.length === 1);
    answers[0]!({ sessions: [], next: 'more' });
    await until(() => answers.length === 2);
    clock.advance(limits.agentSessionsMs);
    await refused;
    answers[1]!({ sessions: [], next: 'more' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answers.length, 2);
  });

  it('G6: a silent list holds up no later request to go on', async () => {
    let silent = true;
    const { own, clock } = await agentsSessions(1, () =>
      silent ? new Promise(() => {}) : Promise.resolve({ sessions: [], next: null }),
    );
    const first = assert.rejects(own.continue('x'), { code: 'agent_timeout' });
    const second = assert.rejects(own.continue('x'), { code: 'session_unknown' });
    await until(() => clock.pending === 1);
    silent = false;
    clock.advance(limits.agentSessionsMs);
    await Promise.all([first, second]);
  });

  it('G6: with so many open no further one is, but one that is open is found', async () => {
    const wanted = { id: 'x', title: 'X', cwd: '', updatedAt: null };
    const { own, cwd } = await agentsSessions(limits.openSessions, () =>
      Promise.resolve({ sessions: [wanted], next: null }),
    );
    wanted.cwd = cwd;
    await assert.rejects(own.continue('x'), ({ code, next }: { code: string; next: string }) => {
      assert.match(next, /close/i);
      return code === 'session_limit';
    });
    assert.equal(await own.continue('a3'), 's3');
  });
});

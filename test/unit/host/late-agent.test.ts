/** An agent that starts late, as of a session that comes back, can do all that it could else. */
import assert from 'node:assert/strict';
import { LateAgent } from '../../../src/host/late-agent.ts';
import { FakeAgent } from '../../support/fake-agent.ts';

describe('an agent that starts once another process is gone', () => {
  it('G9: makes copies of its sessions as it says, also after a restart of the host', async () => {
    const copied: string[] = [];
    const fork = (id: string, cwd: string) => {
      copied.push(`${id} in ${cwd}`);
      return Promise.resolve('copy');
    };
    const agent = Object.assign(new FakeAgent(), { forks: false, fork });
    const late = new LateAgent(agent, Promise.resolve());
    assert.equal(late.forks, false);
    agent.forks = true;
    assert.equal(late.forks, true, 'it runs by now');
    assert.equal(await late.fork('own', '/work'), 'copy');
    assert.deepEqual(copied, ['own in /work']);
    const plain = new LateAgent(new FakeAgent(), Promise.resolve());
    assert.deepEqual([plain.forks, await plain.fork('own', '/work')], [false, undefined]);
  });
});

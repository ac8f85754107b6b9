/** Sessions that another program has open: what is asked about one, while another one is asked for. */
import assert from 'node:assert/strict';
import { OffdeskError } from '../../../src/base/error.ts';
import { LiveSessions } from '../../../src/web/client/live-asked.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('sessions that are live elsewhere', () => {
  function asking() {
    const refusals = new Map<string, (error: OffdeskError) => void>();
    const failed: string[] = [];
    const live = new LiveSessions({
      go: (id) => new Promise((_, reject) => refusals.set(id, reject)),
      failed: (id) => failed.push(id),
      clock: new FakeClock(),
    });
    const refuse = (id: string, code: 'session_live' | 'session_unknown') =>
      refusals.get(id)!(new OffdeskError(code, 'No.'));
    return { live, refuse, failed };
  }

  it('G9: a late refusal of one does not take the place of what is asked about another', async () => {
    const { live, refuse, failed } = asking();
    const [one, other] = [live.go('one'), live.go('other')];
    refuse('other', 'session_live');
    assert.equal(await other, undefined);
    refuse('one', 'session_live');
    assert.equal(await one, undefined);
    assert.deepEqual([live.asked.value?.id, failed], ['other', []]);
  });

  it('G9: that one fails is said, and another is asked about all the same', async () => {
    const { live, refuse, failed } = asking();
    const [one, other] = [live.go('one'), live.go('other')];
    refuse('other', 'session_live');
    await other;
    refuse('one', 'session_unknown');
    await one;
    assert.deepEqual([live.asked.value?.id, failed], ['other', ['one']]);
  });
});

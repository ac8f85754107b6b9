/** A session that is waited for until another program has closed it, or nobody wants it any more. */
import assert from 'node:assert/strict';
import { OffdeskError } from '../../../src/base/error.ts';
import type { Sighting } from '../../../src/agent/sighting.ts';
import { quiet } from '../../../src/host/wished-live.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';

describe('a wished session that another program has', () => {
  const seen: Sighting = { kind: 'open', program: 'agent', pid: 7 };
  let clock: FakeClock;
  let end: AbortController;
  let looks: number;
  let said: number;
  let now: Sighting | undefined;
  beforeEach(() => {
    [clock, end, looks, said, now] = [new FakeClock(), new AbortController(), 0, 0, seen];
  });
  const wait = () =>
    quiet({ kind: 'newest', live: 'wait' }, () => Promise.resolve((looks++, now)), {
      ...{ clock, ended: end.signal, waits: () => said++ },
      check() {
        if (end.signal.aborted) throw new OffdeskError('closed', 'It was stopped.');
      },
    });

  it('G9: is looked at again and again until it is closed there, which is said once', async () => {
    const waits = wait();
    for (let n = 1; n <= 20; n++) {
      await until(() => looks === n && clock.pending === 1, 'a look');
      if (n === 20) now = undefined;
      clock.advance(limits.liveLookMs);
    }
    await waits;
    assert.deepEqual([looks, said, clock.pending], [21, 1, 0]);
  });

  it('G9: Stop ends the waiting at once', async () => {
    const ended = assert.rejects(wait(), { code: 'closed' });
    await until(() => clock.pending === 1, 'the first look');
    end.abort();
    await ended;
    assert.deepEqual([looks, clock.pending], [1, 0]);
  });
});

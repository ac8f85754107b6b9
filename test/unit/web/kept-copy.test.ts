/** A copy on the device that could not hold everything: it is read, and what the computer says takes its place. */
import assert from 'node:assert/strict';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { toSnapshot } from '../../../src/transcript/snapshot.ts';
import { HostClient } from '../../../src/web/client/host-client.ts';
import type { HistoryCache } from '../../../src/web/client/history-cache.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeHost } from './fake-host.ts';

function opened(fake: FakeHost, chars: number) {
  const transcript = applyFacts(emptyTranscript(), fake.facts);
  const value = toSnapshot(transcript, { epoch: 'e1', seq: transcript.cursor }, null, { chars });
  const cache: HistoryCache = {
    read: (name) => Promise.resolve(name === 'session.s1' ? JSON.parse(JSON.stringify(value)) : undefined),
    write: () => Promise.resolve(),
    clear: () => Promise.resolve(),
  };
  const clock = new FakeClock();
  const frame = (call: () => void) => queueMicrotask(call);
  const host = new HostClient({ name: 'Pixel 9', keep: memoryKeep(), cache, clock, frame });
  const session = host.session('s1');
  const texts = () =>
    session.record.transcript.value.items.map((item) => (item.kind === 'message' ? item.text : item.kind));
  return { host, session, texts };
}

describe('web: a copy on the device', () => {
  it('K2: one that was shortened is read without the computer, then the tail takes its place', async () => {
    const fake = new FakeHost();
    fake.say('short', 'm1');
    fake.say('x'.repeat(10_000), 'm2');
    const { host, session, texts } = opened(fake, 4_000);
    await until(() => texts().length === 2, 'the copy');
    assert.equal(texts()[0], 'short');
    assert.match(texts()[1]!, /^x+\n…\nx+$/);
    fake.say('y', 'm2');
    await host.connect(fake.connect());
    await until(() => session.sync.value === 'live', 'live');
    assert.deepEqual(texts(), ['short', `${'x'.repeat(10_000)}y`]);
  });

  it('K1: one that is whole goes on from its cursor', async () => {
    const fake = new FakeHost();
    fake.say('one ', 'm1');
    const { host, session, texts } = opened(fake, 100_000);
    await until(() => texts().length === 1, 'the copy');
    fake.say('two', 'm1');
    await host.connect(fake.connect());
    await until(() => session.sync.value === 'live', 'live');
    assert.deepEqual(texts(), ['one two']);
    const [resume] = fake.of('session/resume');
    const { offdesk } = resume!['_meta'] as { offdesk: { after: unknown } };
    assert.deepEqual(offdesk.after, { epoch: 'e1', seq: 1 });
  });
});

/** New sessions of a client whose connection comes and goes, against a host under control. */
import assert from 'node:assert/strict';
import { limits } from '../../../src/protocol/limits.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { HostClient } from '../../../src/web/client/host-client.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import { actsOf } from '../../../src/web/client/session-acts.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeHost, refusal } from './fake-host.ts';

function setup(keep = memoryKeep(), clock = new FakeClock()) {
  const fake = new FakeHost();
  const options = { name: 'Pixel 9', keep, clock };
  const host = new HostClient({ ...options, frame: (call) => queueMicrotask(call) });
  const asked = () => fake.of(methods.sessionNew);
  return { fake, host, clock, acts: actsOf(host), asked, connect: () => host.connect(fake.connect()) };
}

describe('web: new sessions', () => {
  it('H22: asks again with the same id on each new connection, until it is answered (C18)', async () => {
    const { fake, host, acts, asked, connect } = setup();
    await connect();
    const started = acts.start({ name: 'Mine' });
    for (const times of [1, 2]) {
      await until(() => asked().length === times, 'the request');
      fake.cut();
      await until(() => host.phase.value.kind === 'apart', 'the cut');
      assert.ok(acts.starting.value);
      if (times === 2) fake.answers.set(methods.sessionNew, () => ({ sessionId: 's9' }));
      await connect();
    }
    assert.equal(await started, 's9');
    assert.equal(asked().length, 3);
    assert.match(String(asked()[0]?.['id']), /^[\w-]{22}$/);
    for (const params of asked()) assert.deepEqual(params, asked()[0]);
    assert.ok(!acts.starting.value);

    assert.equal(await acts.start({}), 's9');
    assert.notEqual(asked()[3]?.['id'], asked()[0]?.['id'], 'another one is another');
  });

  it('H22: given up while the computer is away, the same wish is the same session later, also after a reload (C18)', async () => {
    const [keep, clock] = [memoryKeep(), new FakeClock()];
    const first = setup(keep, clock);
    await first.connect();
    const started = first.acts.start({ name: 'Mine' });
    await until(() => first.asked().length === 1, 'the request');
    first.fake.cut();
    await until(() => first.host.phase.value.kind === 'apart', 'the cut');
    first.acts.giveUp();
    assert.equal(await started, undefined);
    assert.deepEqual([first.acts.starting.value, first.acts.error.value], [false, null]);
    await first.connect();
    assert.equal(first.asked().length, 1, 'not asked again');

    const idOf = async (wish: object, later = 0) => {
      clock.advance(later);
      const page = setup(keep, clock);
      await page.connect();
      void page.acts.start(wish);
      await until(() => page.asked().length === 1, 'the request');
      return page.asked()[0]?.['id'];
    };
    const { id } = first.asked()[0]!;
    assert.equal(await idOf({ name: 'Mine' }), id);
    assert.notEqual(await idOf({ name: 'Mine' }, 3_600_000), id, 'an hour later it is another one');
    const other = await idOf({ name: 'Other' });
    assert.notEqual(await idOf({ name: 'Mine' }), other);
  });

  it('G9, H22: of a computer that is forgotten nobody waits for anything any more', async () => {
    const { fake, host, clock, acts, connect } = setup();
    const live = () => {
      throw refusal('session_live', 'It is open.');
    };
    fake.answers.set(methods.agentSessionContinue, live);
    fake.answers.set(methods.sessionReopen, live);
    await connect();
    await Promise.all([host.agentSessions.continue('a'), acts.reopen('s1')]);
    const waits = [host.agentSessions.live.wait(), acts.live.wait(), acts.start({})];
    assert.ok(host.agentSessions.live.asked.value?.waits && acts.live.asked.value?.waits);
    fake.cut();
    await until(() => host.phase.value.kind === 'apart', 'the cut');
    host.dispose();
    assert.deepEqual(await Promise.all(waits), [undefined, undefined, undefined]);
    assert.equal(clock.pending, 0);
  });

  it('H22: what the computer refuses is not asked for again (C18)', async () => {
    const { fake, acts, asked, connect } = setup();
    fake.answers.set(methods.sessionNew, () => {
      throw refusal('session_limit', 'Full.');
    });
    fake.answers.set(methods.sessionChoices, () => {
      throw refusal('closed', 'Off.');
    });
    await connect();
    assert.equal(await acts.start({}), undefined);
    assert.equal(acts.error.value?.code, 'session_limit');
    fake.cut();
    await connect();
    assert.equal(asked().length, 1);
    await acts.start({});
    assert.notEqual(asked()[1]?.['id'], asked()[0]?.['id'], 'what was refused is over');
  });

  it('H22: gives up where the computer takes no connection any more (C18)', async () => {
    const { fake, host, acts, connect } = setup();
    fake.answers.set(methods.sessionChoices, () => {
      throw refusal('closed', 'Off.');
    });
    await connect();
    const started = acts.start({});
    await until(() => fake.of(methods.sessionNew).length === 1, 'the request');
    fake.cut();
    await until(() => host.phase.value.kind === 'apart', 'the cut');
    fake.protocol = 0;
    await connect();
    assert.equal(await started, undefined);
    assert.equal(acts.error.value?.code, 'closed');
  });
});

describe('web: a session that is over is opened again', () => {
  it('G9: what is to become of one that another program has open is chosen, or waited for (S9)', async () => {
    const { fake, acts, clock, connect } = setup();
    const live = () => {
      throw refusal('session_live', 'It is open there.');
    };
    const asked = () => fake.of(methods.sessionReopen);
    fake.answers.set(methods.sessionReopen, live);
    await connect();
    assert.equal(await acts.reopen('s1'), undefined);
    assert.deepEqual([acts.live.asked.value?.id, acts.live.asked.value?.waits], ['s1', false]);
    assert.deepEqual([acts.failed.value, acts.busy.value.size], [null, 0], 'it is a question, no failure');

    const waited = acts.live.wait();
    const look = async () => {
      const count = asked().length;
      clock.advance(limits.liveLookMs);
      await until(() => asked().length > count, 'the next look');
    };
    await look();
    await until(() => acts.live.asked.value?.waits === true && clock.pending > 0, 'that it waits on');
    assert.equal(acts.busy.value.size, 0);
    fake.answers.set(methods.sessionReopen, () => ({ sessionId: 's1' }));
    await look();
    assert.equal(await waited, 's1');
    assert.equal(acts.live.asked.value, null);

    fake.answers.set(methods.sessionReopen, live);
    await acts.reopen('s1');
    fake.answers.set(methods.sessionReopen, () => ({ sessionId: 'copy' }));
    assert.equal(await acts.reopen('s1', 'fork'), 'copy');
    assert.deepEqual(asked().at(-1), { sessionId: 's1', live: 'fork' });

    fake.answers.set(methods.sessionReopen, () => {
      throw refusal('agent_failed', 'It makes no copies.');
    });
    assert.equal(await acts.reopen('s1', 'fork'), undefined);
    assert.deepEqual([acts.failed.value?.act, acts.failed.value?.error.code], ['reopen', 'agent_failed']);
  });
});

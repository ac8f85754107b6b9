/** New sessions of a client whose connection comes and goes, against a host under control. */
import assert from 'node:assert/strict';
import { methods } from '../../../src/protocol/methods.ts';
import { HostClient } from '../../../src/web/client/host-client.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import { actsOf } from '../../../src/web/client/session-acts.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeHost, refusal } from './fake-host.ts';

function setup() {
  const fake = new FakeHost();
  const options = { name: 'Pixel 9', keep: memoryKeep(), clock: new FakeClock() };
  const host = new HostClient({ ...options, frame: (call) => queueMicrotask(call) });
  const asked = () => fake.of(methods.sessionNew);
  return { fake, host, acts: actsOf(host), asked, connect: () => host.connect(fake.connect()) };
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

/** The whole core over real sockets: host, embedded relay, channel, a device and an agent process. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type AnswerResult, type FilesResult } from '../../../src/protocol/methods.ts';
import { startRelay } from '../../../src/relay/server.ts';
import { badAgent } from '../../support/bad-agents.ts';
import { listeningSocketsOf } from '../../support/ports.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually, within } from '../../support/wait.ts';

const ownRelay = () => startRelay({ mode: 'own', host: '127.0.0.1', port: 0 });

describe('host', () => {
  const running: TestHost[] = [];
  const devices: TestDevice[] = [];

  async function start(...args: Parameters<typeof testHost>): Promise<TestHost> {
    const test = await testHost(...args);
    running.push(test);
    await test.host.start();
    return test;
  }

  /** Pairs a device through the open invite; the desk allows. */
  async function pair({ host }: TestHost): Promise<TestDevice> {
    if (!host.status.invite) await host.createInvite();
    const invite = await eventually(() => host.status.invite, { what: 'an invite' });
    const device = new TestDevice();
    devices.push(device);
    const paired = device.pair(invite.url);
    const request = await eventually(() => host.status.pairings[0], { what: 'the pairing request' });
    assert.equal(request.code, device.digits);
    await host.decidePairing(request.id, true);
    await paired;
    return device;
  }

  async function open(test: TestHost, device: TestDevice): Promise<{ probe: ProbeClient; session: string }> {
    const probe = await device.connect();
    const session = (await eventually(() => test.host.status.session, { what: 'a session' })).id;
    await probe.resume(session, { tail: 50 });
    return { probe, session };
  }

  afterEach(async () => {
    for (const device of devices.splice(0)) device.dispose();
    for (const { host } of running.splice(0)) await host.stop();
  });

  it('H1: pairs, streams a prompt, completes files, answers a question, stops, revokes', async () => {
    const test = await start();
    for (const name of ['hay.txt', 'needle.txt']) writeFileSync(join(test.ports.cwd, name), '');
    const device = await pair(test);
    const { probe, session } = await open(test, device);

    await probe.prompt(session, 'prompt-01', 'one two three');
    const text = () =>
      probe.facts
        .filter((fact) => fact.update.sessionUpdate === 'agent_message_chunk')
        .map((fact) => (fact.update['content'] as { text: string }).text)
        .join('');
    await eventually(() => text() === 'one two three ', { what: 'the echo' });

    const found = await probe.request<FilesResult>(methods.files, {
      sessionId: session,
      query: 'ndl',
      limit: 5,
    });
    assert.deepEqual(
      found.files.map(({ path }) => path),
      ['needle.txt'],
    );

    const asking = probe.prompt(session, 'prompt-02', 'ask');
    const question = await probe.event('question_opened');
    assert.equal(question.event?.type, 'question_opened');
    // Told once the question is safely kept.
    await eventually(() => test.host.status.questions?.length === 1, { what: 'the question at the desk' });
    const answer = {
      sessionId: session,
      id: 'answer-1',
      question: 'q1',
      answer: { outcome: 'selected', optionId: 'yes' },
    };
    assert.deepEqual(await probe.request<AnswerResult>(methods.answer, answer), { result: 'applied' });
    await asking;
    await eventually(() => text().endsWith('outcome yes'), { what: 'the outcome' });

    const waiting = probe.prompt(session, 'prompt-03', 'wait');
    await eventually(() => text().endsWith('waiting'), { what: 'the turn' });
    await probe.connection.agent.notify('session/cancel', { sessionId: session });
    assert.equal((await waiting).stopReason, 'cancelled');

    const [listed] = test.host.status.devices;
    assert.equal(listed?.online, true);
    await test.host.changeDevice(listed!.id, { revoke: true });
    assert.equal(await device.stopped(), 'device_revoked');
  });

  it('H2: stop leaves no listener and no process, and start begins anew with the same devices', async () => {
    const test = await start();
    const device = await pair(test);
    await open(test, device);
    await test.host.stop();
    assert.deepEqual(
      listeningSocketsOf(process.pid).filter((socket) => socket.port === test.settings.port),
      [],
    );
    assert.equal(test.host.status.state, 'off');
    device.probe = undefined;
    await test.host.start();
    await eventually(() => device.probe, { what: 'the device to come back by itself' });
    assert.equal(test.host.status.devices.length, 1);
  });

  it('H3: a port that is taken is named, and nothing moves', async () => {
    const test = await testHost();
    const other = createServer().listen(test.settings.port, '127.0.0.1');
    await eventually(() => other.listening, { what: 'the other program' });
    await assert.rejects(test.host.start(), { code: 'port_taken' });
    assert.equal(test.host.status.state, 'error');
    assert.equal(test.host.status.error?.code, 'port_taken');
    other.close();
  });

  it('H4: a second host on this machine is told where it runs, and can take over', async () => {
    const first = await start();
    const second = await testHost({}, { machineFolder: first.ports.machineFolder, hostName: 'second' });
    running.push(second);
    await assert.rejects(second.host.start(), { code: 'host_locked' });
    assert.match(second.host.status.error!.message, /test-host/);
    await second.host.move!();
    await eventually(() => second.host.status.state === 'on', { what: 'the second to be on' });
    await eventually(() => first.host.status.state === 'off', { what: 'the first to step back' });
    assert.match(first.host.status.notices.at(-1)!.message, /second/);
  });

  it('H5: an agent that is missing leaves remote control on and says what to do on every surface', async () => {
    const test = await start({ agent: { kind: 'command', command: 'no-such-agent', args: [] } });
    assert.equal(test.host.status.error?.code, 'agent_missing');
    const device = await pair(test);
    const { probe, session } = await open(test, device);
    const state = await probe.event('agent_state');
    assert.ok(state);
    await probe.fact(
      'the reason',
      (fact) => fact.event?.type === 'agent_state' && fact.event.error?.code === 'agent_missing',
    );
    await assert.rejects(probe.prompt(session, 'prompt-01', 'hello'), (error) => {
      assert.match(String((error as Error).message), /not installed/);
      return true;
    });
  });

  it('H6: a relay that is down is named, and the link keeps trying', async () => {
    const test = await start({ relay: 'http://127.0.0.1:9', reach: 'relay' });
    await eventually(() => test.host.status.error?.code === 'relay_unreachable', { what: 'the sentence' });
    assert.equal(test.host.status.state, 'reconnecting');
    assert.deepEqual(
      listeningSocketsOf(process.pid).filter((socket) => socket.port === test.settings.port),
      [],
    );
  });

  it('V4: each relay is given its own registration token, whatever the settings name', async () => {
    const asked: string[] = [];
    const registrationToken = (relay: string) => Promise.resolve(void asked.push(relay));
    const relays = await Promise.all([ownRelay(), ownRelay()]);
    const [first, second] = relays.map(({ url }) => url);
    const test = await testHost({ relay: first!, reach: 'relay' }, { registrationToken });
    running.push(test);
    await test.host.start({ agent: false });
    await eventually(() => test.host.status.state === 'on', { what: 'the first relay' });
    await test.host.chooseReach('relay', second);
    await eventually(() => test.host.status.state === 'on', { what: 'the second relay' });
    assert.deepEqual(asked, [first, second]);
    await test.host.stop();
    await Promise.all(relays.map((relay) => relay.close()));
  });

  it('H7: the desk sees the host and drives it; a remote client does not', async () => {
    const test = await testHost();
    running.push(test);
    const [near, far] = transportPair();
    test.host.connectDesk(far);
    const desk = new ProbeClient(near);
    await desk.initialize();
    await desk.request(methods.host.start, {});
    await eventually(() => test.host.status.state === 'on', { what: 'the link' });
    await desk.request(methods.host.reach, { kind: 'computer' });
    const invite = await eventually(() => test.host.status.invite, { what: 'an invite' });
    assert.equal(invite.qr, null, 'no QR for an address that a phone cannot open');
    await assert.rejects(
      desk.request(methods.host.reach, { kind: 'relay', url: 'ftp://x' }),
      (error) =>
        (error as { data?: { offdesk?: { code?: string } } }).data?.offdesk?.code === 'address_invalid',
    );
    await desk.request(methods.host.stop, {});
    assert.equal(test.host.status.state, 'off');
  });

  it('H11: a reach that cannot be had leaves the one that works as it is', async () => {
    const test = await start();
    const device = await pair(test);
    await open(test, device);
    const probe = device.probe;
    await assert.rejects(test.host.chooseReach('relay', 'ftp://x'), { code: 'address_invalid' });
    assert.equal(test.host.status.reach?.kind, 'computer');
    assert.deepEqual([device.probe, test.host.status.devices[0]?.online], [probe, true]);

    const relay = await ownRelay();
    await test.host.chooseReach('relay', relay.url);
    const other = createServer().listen(test.settings.port, '127.0.0.1');
    await eventually(() => other.listening, { what: 'the other program' });
    await assert.rejects(test.host.chooseReach('computer'), { code: 'port_taken' });
    assert.equal(test.host.status.reach?.url, relay.url);
    await eventually(() => test.host.status.state === 'on', { what: 'the relay again' });
    other.close();
    await test.host.stop();
    await relay.close();
  });

  it('H12: with a full list of devices it starts, without an invite, and says why', async () => {
    const test = await testHost();
    running.push(test);
    const key = (i: number) => Buffer.alloc(32, i + 1).toString('base64url');
    const devices = Array.from({ length: limits.devices }, (_, i) => ({
      ...{ id: `d${i}`, key: key(i), name: `Phone ${i}`, scope: 'view', protectedPage: true },
      ...{ pairedAt: Date.now(), lastSeen: Date.now() },
    }));
    mkdirSync(test.ports.machineFolder, { mode: 0o700 });
    const file = join(test.ports.machineFolder, 'devices.json');
    writeFileSync(file, JSON.stringify({ version: 1, devices, tombstones: [] }), { mode: 0o600 });
    await test.host.start({ agent: false, invite: true });
    await eventually(() => test.host.status.state === 'on', { what: 'the link' });
    assert.deepEqual(
      test.host.status.notices.map(({ code }) => code),
      ['pairing_denied'],
    );
    await assert.rejects(test.host.createInvite(), { code: 'pairing_denied' });
    await test.host.chooseReach('computer');
  });

  it('H4: Stop ends an attempt to take over', async () => {
    const first = await start();
    const second = await testHost({}, { machineFolder: first.ports.machineFolder });
    running.push(second);
    const moving = second.host.move!();
    const over = assert.rejects(within(moving, 20_000, 'the attempt to end'));
    await eventually(() => second.host.status.error?.code === 'host_locked', { what: 'the first try' });
    await second.host.stop();
    await over;
    await eventually(() => first.host.status.state === 'off', { what: 'the first to step back' });
    assert.equal(second.host.status.state, 'off');
  });

  it('H5: the next prompt starts an agent that failed, and the failure is no longer shown', async () => {
    const once = badAgent('crash-once', join(tempFolder('once'), 'mark'));
    const test = await start({ agent: { kind: 'command', ...once } });
    const device = await pair(test);
    const { probe, session } = await open(test, device);
    await assert.rejects(probe.prompt(session, 'prompt-01', 'hello'));
    await eventually(() => test.host.status.error?.code === 'agent_exited', { what: 'the failure' });
    await probe.prompt(session, 'prompt-02', 'hello');
    await eventually(() => test.host.status.error === null, { what: 'the failure to be over' });
  });

  it('H8: default-on connects and starts no agent until a prompt comes', async () => {
    const test = await testHost();
    running.push(test);
    await test.host.start({ agent: false });
    await eventually(() => test.host.status.state === 'on', { what: 'the link' });
    assert.equal(test.host.status.agent?.state, 'none');
    const device = await pair(test);
    const { probe, session } = await open(test, device);
    assert.equal(test.host.status.agent?.state, 'none');
    await probe.prompt(session, 'prompt-01', 'hello');
    assert.equal(test.host.status.agent?.state, 'ready');
  });

  it('H9: an agent that takes long to start holds up nothing: reach, invite and Stop go on at once', async () => {
    const { command, args } = badAgent('silent');
    const test = await testHost({ agent: { kind: 'command', command, args } });
    running.push(test);
    const starting = test.host.start();
    await eventually(() => test.host.status.agent?.state === 'starting', { what: 'the agent to be started' });
    await within(test.host.createInvite(), 30_000, 'an invite');
    await within(test.host.chooseReach('computer'), 30_000, 'a reach');
    await within(test.host.stop(), 30_000, 'the stop');
    await within(starting, 30_000, 'the start to be over');
    assert.equal(test.host.status.state, 'off');
    assert.equal(test.host.status.error, null, 'what was stopped on purpose is no error');
  });

  it('H10: an agent name that nobody knows is a mistake in the settings: nothing starts', async () => {
    const test = await testHost({ agent: { kind: 'named', name: 'nobody' } });
    await assert.rejects(test.host.start(), { code: 'agent_missing' });
    assert.equal(test.host.status.state, 'error');
  });
});

/** The client core against a host under control: attach, cursor, acknowledgement, outbox, answers, reset. */
import assert from 'node:assert/strict';
import { toNotification } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type ClientState } from '../../../src/protocol/methods.ts';
import { HostClient } from '../../../src/web/client/host-client.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeHost, refusal } from './fake-host.ts';

function setup() {
  const fake = new FakeHost();
  const clock = new FakeClock();
  const keep = memoryKeep();
  const newHost = () =>
    new HostClient({ name: 'Pixel 9', keep, clock, frame: (call) => queueMicrotask(call) });
  const host = newHost();
  const session = host.session('s1');
  const connect = async () => {
    await host.connect(fake.connect());
    await until(() => session.sync.value === 'live', 'the session to be live');
  };
  const texts = (from = session) =>
    from.record.transcript.value.items.map((item) => (item.kind === 'message' ? item.text : item.kind));
  return { fake, clock, keep, host, newHost, session, connect, texts };
}

/** The host names the session. */
const listed: ClientState = {
  ...{ host: { name: 'h', build: 'test' }, you: { name: 'd', scope: 'control' }, others: [], warnings: [] },
  sessions: [
    { id: 's1', title: 's1', cwd: '/', agent: { name: 'a', demo: false }, state: 'idle', updatedAt: 1 },
  ],
};

const text = (words: string) => [{ type: 'text', text: words }];

describe('web: session client', () => {
  it('P: names protocol and build, then shows the tail and is live at the head', async () => {
    const { fake, connect, texts } = setup();
    fake.say('Hello ');
    fake.say('there');
    await connect();
    assert.deepEqual(texts(), ['Hello there']);
    const hello = fake.of('initialize')[0]?.['_meta'] as { offdesk: { protocol: number } };
    assert.equal(hello.offdesk.protocol, 1);
    assert.deepEqual(fake.of('session/resume')[0]?.['_meta'], { offdesk: { tail: limits.tailItems } });
  });

  it('N1: asks for exactly what came after its cursor, and shows it once', async () => {
    const { fake, session, connect, texts } = setup();
    fake.say('one ');
    await connect();
    fake.cut();
    await until(() => session.sync.value === 'apart');
    fake.say('two ');
    fake.say('three');
    await connect();
    assert.deepEqual(fake.of('session/resume')[1]?.['_meta'], {
      offdesk: { after: { epoch: 'e1', seq: 1 }, atMost: limits.historyItems },
    });
    assert.deepEqual(texts(), ['one two three']);
  });

  it('N1: takes a repeated fact once', async () => {
    const { fake, connect, texts } = setup();
    fake.say('once');
    await connect();
    await fake.send(fake.facts[0]!);
    fake.say(' more');
    await until(() => texts()[0] === 'once more');
  });

  it('N1: forgets what it has when the epoch changed, facts right behind the answer included', async () => {
    const { fake, connect, session, texts } = setup();
    fake.say('old');
    await connect();
    fake.cut();
    await until(() => session.sync.value === 'apart');
    fake.epoch = 'e2';
    fake.facts = [];
    fake.say('new', 'm9');
    await connect();
    assert.deepEqual(texts(), ['new']);
  });

  it('N1: reads again after a reset', async () => {
    const { fake, connect, session, texts } = setup();
    fake.say('old');
    await connect();
    fake.epoch = 'e2';
    fake.replace((again) => again.say('repaired', 'm9'));
    await fake.notify(methods.reset, { sessionId: 's1', from: null });
    await until(() => texts()[0] === 'repaired');
    assert.deepEqual(fake.of('session/resume')[1]?.['_meta'], { offdesk: { tail: limits.tailItems } });
    assert.equal(session.sync.value, 'live');
  });

  it('F: acknowledges after a while, and at once when much has come', async () => {
    const { fake, clock, connect, texts } = setup();
    await connect();
    fake.say('a');
    await until(() => texts()[0] === 'a');
    assert.equal(fake.of(methods.ack).length, 0);
    clock.advance(limits.ackEveryMs);
    await until(() => fake.of(methods.ack).length === 1);
    assert.deepEqual(fake.of(methods.ack)[0], { sessionId: 's1', cursor: { epoch: 'e1', seq: 1 } });
    fake.say('b'.repeat(limits.ackEveryBytes));
    await until(() => fake.of(methods.ack).length === 2);
    assert.deepEqual(fake.of(methods.ack)[1], { sessionId: 's1', cursor: { epoch: 'e1', seq: 2 } });
  });

  it('F: acknowledges what says again what is known, which does not move its cursor', async () => {
    const { fake, clock, session, connect } = setup();
    fake.say('a');
    await connect();
    clock.advance(limits.ackEveryMs);
    await until(() => fake.of(methods.ack).length === 1);
    fake.cut();
    await until(() => session.sync.value === 'apart');
    // The state after a gap: it is numbered as of when it was journaled.
    fake.gap = { tailFrom: 1, from: 1 };
    await connect();
    clock.advance(limits.ackEveryMs);
    await until(() => fake.of(methods.ack).length === 2);
    assert.deepEqual(fake.of(methods.ack)[1], fake.of(methods.ack)[0]);
  });

  it('N5: a prompt is on this device, then sent, then the journal has it', async () => {
    const { fake, session, connect } = setup();
    session.prompt(text('go'));
    assert.equal(session.outbox.entries.value[0]?.state, 'here');
    await connect();
    await until(() => fake.of('session/prompt').length === 1);
    assert.equal(session.outbox.entries.value[0]?.state, 'sent');
    const id = session.outbox.entries.value[0]!.id;
    fake.event({ type: 'prompt_received', id, prompt: text('go') }, `p:${id}`);
    await until(() => session.outbox.entries.value.length === 0);
    await until(() => session.record.transcript.value.queue[0]?.promptId === id);
  });

  it('N4: a prompt goes again with the same id until the computer has confirmed it', async () => {
    const { fake, session, connect } = setup();
    await connect();
    session.prompt(text('go'));
    await until(() => fake.of('session/prompt').length === 1);
    fake.cut();
    await until(() => session.outbox.entries.value[0]?.state === 'here');
    await connect();
    await until(() => fake.of('session/prompt').length === 2);
    const ids = fake
      .of('session/prompt')
      .map((params) => (params['_meta'] as { offdesk: { id: string } }).offdesk.id);
    assert.equal(ids[0], ids[1]);
  });

  it('N4: a prompt whose end the computer tells is not on the device any more, however far its facts are', async () => {
    const { fake, session, connect } = setup();
    await connect();
    fake.answers.set('session/prompt', () => ({ stopReason: 'end_turn' }));
    session.prompt(text('went well'));
    await until(() => session.outbox.entries.value.length === 0);
    fake.answers.set('session/prompt', () => {
      throw refusal('agent_failed', 'The turn did not end.');
    });
    session.prompt(text('was interrupted'));
    await until(() => session.outbox.entries.value.length === 0);
  });

  it('N4: a prompt survives the page, and goes out in order', async () => {
    const { fake, newHost, session } = setup();
    session.prompt(text('first'));
    session.prompt(text('second'));
    const reopened = newHost();
    const later = reopened.session('s1');
    assert.equal(later.outbox.entries.value.length, 2);
    await reopened.connect(fake.connect());
    await until(() => fake.of('session/prompt').length === 1);
    const id = later.outbox.entries.value[0]!.id;
    fake.event({ type: 'prompt_received', id, prompt: text('first') }, `p:${id}`);
    await until(() => fake.of('session/prompt').length === 2);
    assert.deepEqual(
      fake.of('session/prompt').map((params) => params['prompt']),
      [text('first'), text('second')],
    );
  });

  it('N4: what is written after a prompt that is refused for now waits for it', async () => {
    const { fake, session, connect, clock } = setup();
    let full = true;
    const received: unknown[] = [];
    fake.answers.set('session/prompt', (params) => {
      if (full) {
        // There is room again, too late for this one.
        full = false;
        throw refusal('storage_failed', 'The disk is full.');
      }
      received.push((params as { prompt: unknown }).prompt);
      return { stopReason: 'end_turn' };
    });
    await connect();
    session.prompt(text('first'));
    session.prompt(text('second'));
    await until(() => session.outbox.entries.value[0]?.error?.code === 'storage_failed');
    clock.advance(limits.promptRetryMs);
    await until(() => received.length === 2);
    assert.deepEqual(received, [text('first'), text('second')]);
  });

  it('N5: a refused prompt stays visible with the reason and is not sent again by itself', async () => {
    const { fake, session, connect } = setup();
    fake.answers.set('session/prompt', () => {
      throw refusal('scope_insufficient', 'This device may not send prompts.');
    });
    await connect();
    session.prompt(text('go'));
    await until(() => session.outbox.entries.value[0]?.state === 'refused');
    assert.equal(session.outbox.entries.value[0]?.error?.code, 'scope_insufficient');
    fake.cut();
    await until(() => session.sync.value === 'apart');
    await connect();
    assert.equal(fake.of('session/prompt').length, 1);
  });

  it('C17: the first answer wins: the loser learns whose it was', async () => {
    const { fake, session, connect } = setup();
    fake.answers.set(methods.answer, () => ({ result: 'alreadyAnswered', by: 'the desk' }));
    await connect();
    session.answer('q1', { outcome: 'selected', optionId: 'a' });
    await until(() => session.answers.states.value.get('q1')?.kind === 'alreadyAnswered');
    assert.deepEqual(session.answers.states.value.get('q1'), { kind: 'alreadyAnswered', by: 'the desk' });
  });

  it('U13, Q5: the computer names the field that is wrong, and the form is told', async () => {
    const { fake, session, connect } = setup();
    fake.answers.set(methods.answer, () => {
      throw refusal('answer_invalid', 'It does not look like an address.', 'email');
    });
    await connect();
    session.answer('q1', { action: 'accept', content: { email: 'me' } });
    await until(() => session.answers.states.value.get('q1')?.kind === 'refused');
    const state = session.answers.states.value.get('q1');
    assert.equal(state?.kind === 'refused' && state.error.field, 'email');
  });

  it('C17: an answer is kept and repeated with the same id after a reconnect; a second tap changes nothing', async () => {
    const { fake, session, connect } = setup();
    await connect();
    session.answer('q1', { outcome: 'selected', optionId: 'a' });
    session.answer('q1', { outcome: 'selected', optionId: 'b' });
    await until(() => fake.of(methods.answer).length === 1);
    fake.cut();
    await until(() => session.sync.value === 'apart');
    fake.answers.set(methods.answer, () => ({ result: 'applied' }));
    await connect();
    await until(() => session.answers.states.value.get('q1')?.kind === 'applied');
    const [first, second] = fake.of(methods.answer);
    assert.deepEqual(first, second);
    assert.deepEqual(first?.['answer'], { outcome: 'selected', optionId: 'a' });
  });

  it('C3: Stop cancels the turn', async () => {
    const { fake, session, connect } = setup();
    await connect();
    session.cancel();
    await until(() => fake.of('session/cancel').length === 1);
    assert.deepEqual(fake.of('session/cancel')[0], { sessionId: 's1' });
  });

  it('N3: earlier items come by pages, once, and join what is here', async () => {
    const { fake, session, connect, texts } = setup();
    fake.say('early', 'm1');
    fake.say('late', 'm2');
    fake.tailFrom = 2;
    fake.from = 2;
    fake.answers.set(methods.history, () => ({
      updates: [toNotification('s1', fake.facts[0]!)],
      from: null,
      next: null,
    }));
    await connect();
    assert.deepEqual(texts(), ['late']);
    await Promise.all([session.pages.loadEarlier(), session.pages.loadEarlier()]);
    assert.deepEqual(texts(), ['early', 'late']);
    assert.equal(fake.of(methods.history).length, 1);
    assert.deepEqual(session.pages.earlier.value, { before: null, loading: false });
  });

  it('says which side is too old', async () => {
    for (const [protocol, update] of [
      [0, 'computer'],
      [2, 'page'],
    ] as const) {
      const { fake, host } = setup();
      fake.protocol = protocol;
      await host.connect(fake.connect());
      assert.deepEqual(host.phase.value, { kind: 'mismatch', update, words: '' });
    }
  });

  it('passes on what a host says that refuses an old page', async () => {
    const { fake, host } = setup();
    fake.answers.set('initialize', () => {
      throw refusal('version_mismatch', 'The page is too old for the other side.');
    });
    await host.connect(fake.connect());
    assert.deepEqual(host.phase.value, {
      kind: 'mismatch',
      update: 'unknown',
      words: 'The page is too old for the other side. Do this.',
    });
  });

  it('shows why a session cannot be attached', async () => {
    const { fake, host, session } = setup();
    fake.answers.set('session/resume', () => {
      throw refusal('session_unknown', 'This session is not here any more.');
    });
    await host.connect(fake.connect());
    await until(() => session.error.value?.code === 'session_unknown');
    assert.equal(session.sync.value, 'apart');
  });

  it('attaches once the host has opened the session again, after it was unknown', async () => {
    const { fake, host, session, texts } = setup();
    const { answers } = fake;
    answers.set('any', () => ({}));
    answers.set('session/resume', () => {
      throw refusal('session_unknown', 'This session is not here any more.');
    });
    await host.connect(fake.connect());
    await until(() => session.error.value?.code === 'session_unknown');
    fake.say('back');
    answers.delete('session/resume');
    // Said twice, it is one question.
    for (let i = 0; i < 2; i++) await fake.notify(methods.state, listed);
    await until(() => session.sync.value === 'live');
    assert.equal(session.error.value, null);
    assert.deepEqual(texts(), ['back']);
    await host.request('any', {});
    assert.equal(fake.of('session/resume').length, 2);
  });

  it('attaches once when it comes back to a host where it was unknown', async () => {
    const { fake, host, session, connect, texts } = setup();
    fake.answers.set('session/resume', () => {
      throw refusal('session_unknown', 'This session is not here any more.');
    });
    await host.connect(fake.connect());
    await until(() => session.error.value !== null);
    fake.cut();
    await until(() => host.phase.value.kind === 'apart');
    // Named while the answer is on its way.
    fake.answers.set('session/resume', () => void fake.notify(methods.state, listed));
    fake.answers.set('any', () => ({}));
    fake.say('back');
    await connect();
    await host.request('any', {});
    assert.equal(fake.of('session/resume').length, 2);
    assert.deepEqual(texts(), ['back']);
  });

  it('A5: knows what it may do as soon as the host says so, and when that changes', async () => {
    const { fake, host } = setup();
    const you = { name: 'Pixel 9', scope: 'view' as const };
    fake.state = {
      host: { name: 'studio', build: 'test' },
      you,
      sessions: [],
      warnings: [],
      others: ['the desk'],
    };
    await host.connect(fake.connect());
    await until(() => host.state.value?.you.scope === 'view');
    await fake.notify(methods.state, { ...fake.state, you: { ...you, scope: 'control' } });
    await until(() => host.state.value?.you.scope === 'control');
  });

  it('keeps what a plain connection error says apart from a refusal by the host', async () => {
    const { fake, host } = setup();
    fake.answers.set('initialize', () => {
      throw refusal('device_unknown', 'Not known.');
    });
    await host.connect(fake.connect());
    assert.equal(host.phase.value.kind === 'refused' && host.phase.value.error.code, 'device_unknown');
    fake.cut();
    await until(() => host.phase.value.kind === 'apart');
    await assert.rejects(host.request('_offdesk/host/start', {}), { code: 'closed' });
  });
});

/** What a client does so that nothing is lost: marks, searches, retries, repeats, and keeps on the device. */
import assert from 'node:assert/strict';
import { OffdeskError } from '../../../src/base/error.ts';
import { attachmentLink } from '../../../src/protocol/attachment-link.ts';
import { toNotification, type Fact } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type ClientState } from '../../../src/protocol/methods.ts';
import type { HistoryCache } from '../../../src/web/client/history-cache.ts';
import { HostClient } from '../../../src/web/client/host-client.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { strings } from '../../../src/web/strings.ts';
import { rename } from '../../../src/web/views/rename.ts';
import { FakeHost, refusal } from './fake-host.ts';

class MemoryCache implements HistoryCache {
  readonly values = new Map<string, string>();
  writes = 0;

  async read(name: string): Promise<unknown> {
    const text = this.values.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }
  async write(name: string, value: unknown): Promise<void> {
    this.writes++;
    this.values.set(name, JSON.stringify(value));
  }
  async clear(): Promise<void> {
    this.values.clear();
  }
}

function setup() {
  const fake = new FakeHost();
  const clock = new FakeClock();
  const keep = memoryKeep();
  const cache = new MemoryCache();
  const newHost = () =>
    new HostClient({ name: 'Pixel 9', keep, cache, clock, frame: (call) => queueMicrotask(call) });
  const host = newHost();
  const session = host.session('s1');
  const connect = async (to = host) => {
    await to.connect(fake.connect());
    await until(() => to.session('s1').sync.value === 'live', 'the session to be live');
  };
  const texts = (from = session) =>
    from.record.transcript.value.items.map((item) => (item.kind === 'message' ? item.text : item.kind));
  return { fake, clock, keep, cache, host, newHost, session, connect, texts };
}

const text = (words: string) => [{ type: 'text', text: words }];

/** Pages of a journal in which each fact is an item. */
function pagesOf(facts: Fact[]) {
  return (params: { [key: string]: unknown }) => {
    const limit = Number(params['limit']);
    const from =
      params['at'] === undefined ? Math.max(1, Number(params['before']) - limit) : Number(params['at']);
    const next = params['at'] === undefined ? Number(params['before']) : from + limit;
    const page = facts.filter(({ seq }) => seq >= from && seq < next);
    return {
      updates: page.map((fact) => toNotification('s1', fact)),
      from: from > 1 ? from : null,
      next: next <= facts.length ? next : null,
    };
  };
}

function state(...sessions: string[]): ClientState {
  return {
    host: { name: 'studio', build: 'test' },
    you: { name: 'Pixel 9', scope: 'control' },
    sessions: sessions.map((id) => ({
      ...{ id, title: `Title of ${id}`, cwd: '/', agent: { name: 'Demo', demo: true } },
      ...{ state: 'idle', updatedAt: 1 },
    })),
    warnings: [],
    others: [],
  };
}

/** A session of 400 items, of which a client has the last 50. */
async function longSession() {
  const made = setup();
  const { fake, connect } = made;
  for (let i = 1; i <= 400; i++) fake.say(`${i}`, `m${i}`);
  fake.tailFrom = 351;
  fake.from = 351;
  fake.answers.set(methods.history, pagesOf(fake.facts));
  await connect();
  return made;
}

describe('web: never lost', () => {
  it('U2: opens any place, goes on both ways, and is live again at the end', async () => {
    const { fake, session, texts } = await longSession();
    await session.openAt(100, 'm100', true);
    assert.deepEqual(session.jump.value, { item: 'm100', mark: true });
    assert.deepEqual(texts().slice(0, 1).concat(texts().slice(-1)), ['80', '149']);
    assert.deepEqual(session.pages.later.value, { at: 150, loading: false });
    // What comes meanwhile is not shown here, and not lost.
    fake.say('401', 'm401');
    await until(() => session.record.head.value === 401);
    assert.equal(texts().at(-1), '149');
    await session.pages.loadLater();
    assert.equal(texts().at(-1), '199');
    await session.pages.loadEarlier();
    assert.equal(texts()[0], '30');
    session.toEnd();
    assert.deepEqual(session.jump.value, { item: null, mark: false });
    assert.equal(session.pages.later.value.at, null);
    assert.equal(texts().at(-1), '401');
  });

  it('U2: after a gap the end is read anew, and what is read elsewhere is asked for again', async () => {
    const { fake, session, connect, texts } = await longSession();
    await session.openAt(100, 'm100');
    session.record.reader = 'm100';
    fake.cut();
    await until(() => session.sync.value === 'apart');
    for (let i = 401; i <= 900; i++) fake.say(`${i}`, `m${i}`);
    fake.gap = { tailFrom: 851, from: 851 };
    const asked = fake.of(methods.history).length;
    await connect();
    await until(() => fake.of(methods.history).length > asked, 'the place to be read again');
    await until(() => session.pages.later.value.at !== null && texts().includes('100'));
    session.toEnd();
    assert.deepEqual([texts()[0], texts().at(-1)], ['851', '900']);
  });

  it('U3: what came since the last visit is marked where it begins', async () => {
    const { fake, clock, session, connect, newHost } = setup();
    fake.say('old', 'm1');
    session.visit();
    await connect();
    // The first visit ever: nothing is new.
    assert.equal(session.read.unread.value, null);
    session.seen();
    clock.advance(limits.readMarkMs);
    fake.cut();
    await until(() => session.sync.value === 'apart');
    fake.say('new', 'm2');
    const again = newHost();
    again.session('s1').visit();
    await connect(again);
    const { read } = again.session('s1');
    assert.equal(read.unread.value?.seq, 1);
    // Whoever writes took note.
    again.session('s1').prompt(text('go'));
    assert.equal(read.unread.value, null);
  });

  it('U3: what was seen on a page that dies is written down', async () => {
    const { fake, session, connect, newHost } = setup();
    fake.say('old', 'm1');
    session.visit();
    await connect();
    session.seen();
    session.flush();
    const again = newHost();
    again.session('s1').visit();
    await connect(again);
    assert.equal(again.session('s1').read.unread.value, null);
  });

  it('U4: a search goes on by itself until there is enough or nothing more', async () => {
    const { fake, session, connect } = setup();
    const hit = (seq: number) => ({ seq, item: `m${seq}`, at: 1, excerpt: 'a word', start: 2, end: 6 });
    const steps = new Map<unknown, object>([
      [null, { hits: [hit(90)], next: 60 }],
      [60, { hits: [], next: 30 }],
      [30, { hits: [hit(7)], next: null }],
    ]);
    fake.answers.set(methods.search, (params) => steps.get(params['before']));
    await connect();
    session.search.run(' word ');
    await until(() => session.search.progress.value.kind === 'done');
    assert.deepEqual(session.search.progress.value, { kind: 'done', before: null });
    assert.deepEqual(
      session.search.hits.value.map(({ seq }) => seq),
      [90, 7],
    );
    assert.deepEqual(
      fake.of(methods.search).map(({ query }) => query),
      ['word', 'word', 'word'],
    );
  });

  it('U4: another question takes the place of the one before; stopping keeps what was found', async () => {
    const { fake, session, connect } = setup();
    const answers: (() => void)[] = [];
    const hit = { seq: 5, item: 'm5', at: 1, excerpt: 'x', start: 0, end: 1 };
    fake.answers.set(
      methods.search,
      () => new Promise((resolve) => answers.push(() => resolve({ hits: [hit], next: 5 }))),
    );
    await connect();
    session.search.run('first');
    await until(() => answers.length === 1);
    session.search.run('second');
    await until(() => answers.length === 2);
    answers[0]?.();
    answers[1]?.();
    await until(() => answers.length === 3);
    assert.equal(session.search.hits.value.length, 1);
    session.search.cancel();
    answers[2]?.();
    assert.deepEqual(session.search.progress.value, { kind: 'done', before: 5 });
    session.search.close();
    assert.equal(session.search.hits.value.length, 0);
  });

  it('U5: a prompt that the computer cannot keep stays here and goes again with the same id', async () => {
    const { fake, clock, session, connect } = setup();
    fake.answers.set('session/prompt', () => {
      throw refusal('storage_failed', 'The disk is full.');
    });
    await connect();
    session.prompt(text('go'));
    await until(() => session.outbox.entries.value[0]?.error?.code === 'storage_failed');
    assert.equal(session.outbox.entries.value[0]?.state, 'here');
    fake.answers.delete('session/prompt');
    clock.advance(limits.promptRetryMs);
    await until(() => fake.of('session/prompt').length === 2);
    const ids = fake
      .of('session/prompt')
      .map(({ _meta }) => (_meta as { offdesk: { id: string } }).offdesk.id);
    assert.equal(ids[0], ids[1]);
    fake.event({ type: 'prompt_received', id: ids[0]!, prompt: text('go') }, `p:${ids[0]!}`);
    await until(() => session.outbox.entries.value.length === 0);
  });

  /** Connected, with a message of a session that is over. */
  async function withStranded(id: string, prompt: unknown[]) {
    const parts = setup();
    const { fake, host, keep, connect } = parts;
    keep.set('outbox.s0', JSON.stringify([{ id, prompt, at: 1, state: 'here', session: 'Gone' }]));
    fake.state = state('s1');
    fake.answers.set('session/resume', (params) => {
      if (params['sessionId'] === 's0')
        throw refusal('session_unknown', 'This session is not here any more.');
    });
    await connect();
    await until(() => host.stranded.value.length === 1);
    return { ...parts, stranded: host.stranded.value[0] };
  }

  it('U6: messages of a session that is over are seen elsewhere, and can be sent there as new ones', async () => {
    const { fake, host, keep, session, stranded } = await withStranded('kept-0001', text('later'));
    assert.equal(stranded?.title, 'Gone');
    assert.equal(fake.of('session/prompt').length, 0);
    const moved = host.sendHere(stranded!, session);
    assert.equal(host.stranded.value.length, 0);
    assert.equal(keep.get('outbox.s0'), undefined);
    await until(() => fake.of('session/prompt').length === 1);
    const [sent] = fake.of('session/prompt');
    assert.equal(sent?.['sessionId'], 's1');
    assert.notEqual((sent?.['_meta'] as { offdesk: { id: string } }).offdesk.id, 'kept-0001');
    await moved;
  });

  it('U6: where what sends files can’t be loaded, sending elsewhere fails, and the message stays', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const link = attachmentLink({ id, name: 'plan.txt', type: 'text/plain', bytes: 5 });
    const { fake, host, session, stranded } = await withStranded('kept-0003', [link]);
    session.uploads.load = () => Promise.reject(new OffdeskError('closed', 'Not loaded.'));
    await assert.rejects(host.sendHere(stranded!, session), { code: 'closed' });
    assert.equal(host.stranded.value.length, 1);
    assert.equal(fake.of('session/prompt').length, 0);
  });

  it('U6: sent elsewhere twice while its file is moved it is there once, and not at all where it was discarded', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const link = attachmentLink({ id, name: 'plan.txt', type: 'text/plain', bytes: 5 });
    const { host, session, stranded } = await withStranded('kept-0004', [link]);
    const { outbox, uploads } = stranded!.session;
    const moves: (() => void)[] = [];
    const moveTo = () => new Promise<void>((resolve) => moves.push(resolve));
    uploads.moveTo = moveTo;
    const twice = [host.sendHere(stranded!, session), host.sendHere(stranded!, session)];
    for (const moved of moves) moved();
    await Promise.all(twice);
    assert.deepEqual(
      [moves.length, session.outbox.entries.value.length, outbox.entries.value.length],
      [1, 1, 0],
    );

    const again = await withStranded('kept-0005', [link]);
    again.stranded!.session.uploads.moveTo = moveTo;
    const late = again.host.sendHere(again.stranded!, again.session);
    again.stranded!.session.outbox.remove('kept-0005');
    moves.at(-1)!();
    await late;
    assert.deepEqual(again.session.outbox.entries.value, []);
  });

  it('U6: kept messages of an open session go out without anyone opening it', async () => {
    const { fake, host, keep, connect } = setup();
    const entry = { id: 'kept-0002', prompt: text('later'), at: 1, state: 'here' };
    keep.set('outbox.s2', JSON.stringify([entry]));
    fake.state = state('s1', 's2');
    await connect();
    await until(() => fake.of('session/prompt').length === 1);
    assert.equal(fake.of('session/prompt')[0]?.['sessionId'], 's2');
    assert.equal(host.stranded.value.length, 0);
  });

  it('K9: pages of one session keep what each of them wrote, and forget what either removed', async () => {
    const { keep, session, host, newHost, connect } = setup();
    const other = newHost();
    const elsewhere = other.session('s1');
    const kept = () => (JSON.parse(keep.get('outbox.s1') ?? '[]') as { id: string }[]).map(({ id }) => id);
    const first = session.prompt(text('written here'));
    await connect(other);
    other.disconnect();
    assert.deepEqual(kept(), [first]);
    const second = elsewhere.prompt(text('written there'));
    assert.deepEqual(kept(), [first, second]);
    const both = newHost().session('s1').outbox;
    both.remove(first);
    await connect(host);
    host.disconnect();
    assert.deepEqual(kept(), [second]);
    both.remove(second);
    assert.equal(keep.get('outbox.s1'), undefined);
  });

  it('U7: a change is repeated with its id after a reconnect until it is answered', async () => {
    const { fake, session, connect } = setup();
    await connect();
    session.change({ kind: 'queueRemove', prompt: 'p1' });
    session.change({ kind: 'queueRemove', prompt: 'p1' });
    session.change({ kind: 'mode', mode: 'plan' });
    await until(() => fake.of('session/set_mode').length === 1);
    assert.equal(fake.of(methods.queueRemove).length, 1);
    fake.cut();
    await until(() => session.sync.value === 'apart');
    session.change({ kind: 'queueResume' });
    for (const method of [methods.queueRemove, methods.queueResume, 'session/set_mode'])
      fake.answers.set(method, () => ({}));
    await connect();
    await until(() => session.changes.pending.value.length === 0);
    const [first, second] = fake.of(methods.queueRemove);
    assert.deepEqual(first, second);
    assert.equal(first?.['id'], 'p1');
    assert.match(String(first?.['change']), /^[\w-]{22}$/);
    assert.equal(fake.of(methods.queueResume).length, 1);
    fake.cut();
    await until(() => session.sync.value === 'apart');
    await connect();
    assert.equal(fake.of('session/set_mode').length, 2);
  });

  it('U7, U15, S6: a name that is given goes out once, cut to what fits', async () => {
    const { fake, session, connect } = setup();
    const said = rename(session, 'Nightly'.repeat(50));
    const name = 'Nightly'.repeat(50).slice(0, 200);
    assert.equal(said, strings.commands.named(name));
    fake.answers.set(methods.sessionName, () => ({}));
    await connect();
    await until(() => session.changes.pending.value.length === 0);
    assert.deepEqual(
      fake.of(methods.sessionName).map((params) => params['name']),
      [name],
    );
  });

  it('U7: a refused change says why; one for a prompt that no longer waits says nothing', async () => {
    const { fake, session, connect } = setup();
    fake.answers.set('session/set_mode', () => {
      throw refusal('scope_insufficient', 'Not allowed.');
    });
    fake.answers.set(methods.queueRemove, () => {
      throw refusal('prompt_unknown', 'Not there.');
    });
    await connect();
    session.change({ kind: 'queueRemove', prompt: 'p1' });
    await until(() => session.changes.pending.value.length === 0);
    assert.equal(session.changes.refused.value, null);
    session.change({ kind: 'mode', mode: 'plan' });
    await until(() => session.changes.refused.value?.code === 'scope_insufficient');
  });

  it('U11: a new text that the computer does not take comes back, whatever the reason, until it is looked after', async () => {
    const { fake, session, connect } = setup();
    session.change({ kind: 'queueEdit', prompt: 'p1', blocks: text('one, better') });
    session.change({ kind: 'queueEdit', prompt: 'p2', blocks: text('two, longer') });
    fake.answers.set(methods.queueEdit, ({ id }) => {
      throw refusal(id === 'p1' ? 'prompt_unknown' : 'message_too_large', 'Not taken.');
    });
    await connect();
    const { returned, refused, pending } = session.changes;
    await until(() => pending.value.length === 0);
    assert.deepEqual(
      returned.value.map(({ prompt, blocks }) => [prompt, blocks]),
      [
        ['p1', text('one, better')],
        ['p2', text('two, longer')],
      ],
    );
    assert.equal(refused.value?.code, 'message_too_large');
    session.changes.letGo('p1');
    fake.answers.set(methods.queueEdit, () => ({}));
    session.change({ kind: 'queueEdit', prompt: 'p2', blocks: text('two') });
    assert.deepEqual(returned.value, []);
    await until(() => pending.value.length === 0);
    assert.deepEqual(returned.value, []);
  });

  it('U11: of two new texts of one message the later comes back', async () => {
    const { fake, session, connect } = setup();
    fake.answers.set(methods.queueEdit, () => {
      throw refusal('prompt_unknown', 'It has begun.');
    });
    await connect();
    for (const words of ['earlier', 'later'])
      session.change({ kind: 'queueEdit', prompt: 'p1', blocks: text(words) });
    await until(() => session.changes.pending.value.length === 0);
    assert.deepEqual(session.changes.returned.value, [
      { kind: 'queueEdit', prompt: 'p1', blocks: text('later') },
    ]);
  });

  it('U8: the copy on the device is shown without a connection, and goes on from where it was', async () => {
    const { fake, clock, cache, session, connect, newHost, texts } = setup();
    fake.say('one ', 'm1');
    await connect();
    assert.equal(cache.writes, 0);
    clock.advance(limits.snapshotMs);
    await until(() => cache.writes === 1);
    fake.say('two', 'm1');
    await until(() => texts()[0] === 'one two');
    session.flush();
    await until(() => cache.writes === 2);
    session.flush();
    assert.equal(cache.writes, 2);
    const later = newHost();
    const copied = later.session('s1');
    await until(() => texts(copied).length === 1);
    assert.deepEqual(texts(copied), ['one two']);
    assert.equal(copied.sync.value, 'apart');
    fake.say(' three', 'm1');
    await connect(later);
    assert.deepEqual(texts(copied), ['one two three']);
    assert.deepEqual(fake.of('session/resume').at(-1)?.['_meta'], {
      offdesk: { after: { epoch: 'e1', seq: 2 }, atMost: limits.historyItems },
    });
  });

  it('U8: a device that does not answer about its copy does not hold up the session', async () => {
    const { fake, clock, cache, host, connect } = setup();
    fake.say('there', 'm1');
    cache.read = () => new Promise(() => undefined);
    const slow = host.session('s2');
    const connecting = connect();
    clock.advance(limits.restoreMs);
    await connecting;
    assert.ok(slow);
  });

  it('U9: sessions that are over are listed page by page, and known by name', async () => {
    const { fake, host, connect } = setup();
    const rows = state('a', 'b', 'c').sessions.map((row) => ({ ...row, state: 'ended' }));
    fake.answers.set(methods.past, (params) =>
      params['before'] === undefined
        ? { sessions: rows.slice(0, 2), next: 'x' }
        : { sessions: rows.slice(1), next: null },
    );
    await connect();
    await host.past.load();
    assert.equal(host.past.state.value, 'more');
    await host.past.more();
    assert.equal(host.past.state.value, 'all');
    assert.deepEqual(
      host.past.rows.value.map(({ id }) => id),
      ['a', 'b', 'c'],
    );
    assert.equal(host.row('c')?.title, 'Title of c');
  });
});

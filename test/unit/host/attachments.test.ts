/** The store of attachments: in pieces, within bounds, and nothing outside of its folder whatever it is called. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { uptime } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import { AttachmentFolder } from '../../../src/host/attachments/attachment-folder.ts';
import { AttachmentStore } from '../../../src/host/attachments/attachment-store.ts';
import { forAgent } from '../../../src/host/attachments/for-agent.ts';
import { safeName } from '../../../src/host/attachments/safe-name.ts';
import { SessionStore } from '../../../src/host/session-store.ts';
import { attachmentLink } from '../../../src/protocol/attachment-link.ts';
import {
  attachmentDropParams,
  attachmentPieceParams,
  attachmentPutParams,
  attachmentReadParams,
} from '../../../src/protocol/attachments.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const day = 24 * 60 * 60 * 1000;
const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(90_000, 7)]);
const hasCode = (code: string) => (error: unknown) => error instanceof OffdeskError && error.code === code;

describe('host: attachments', () => {
  let folder: string;
  let clock: FakeClock;
  let store: AttachmentStore;
  beforeEach(() => {
    folder = tempFolder('od-attached');
    clock = new FakeClock();
    store = new AttachmentStore({ folder, clock });
    mkdirSync(join(folder, 's1'));
  });
  afterEach(() => removeFolder(folder));

  const place = (id: string, session = 's1') => join(folder, session, 'attachments', id);
  const put = (id: string, bytes: number, more: { name?: string; type?: string; session?: string } = {}) =>
    store.put({
      ...{ sessionId: more.session ?? 's1', id, name: more.name ?? 'a.jpg', type: more.type ?? 'image/jpeg' },
      bytes,
    });
  const piece = (id: string, at: number, data: Buffer, session = 's1') =>
    store.piece({ sessionId: session, id, at, data: data.toString('base64') });
  /** All of it, in pieces. */
  async function send(content: Buffer, more: Parameters<typeof put>[2] = {}): Promise<string> {
    const id = randomUUID();
    let have = await put(id, content.length, more);
    while (have < content.length)
      have = await piece(id, have, content.subarray(have, have + limits.attachmentPieceBytes), more.session);
    return id;
  }

  it('Z1: comes in pieces in order; one that begins elsewhere is answered by where to go on', async () => {
    const id = randomUUID();
    assert.equal(await put(id, 10), 0);
    assert.equal(await piece(id, 0, Buffer.from('abcd')), 4);
    assert.equal(await piece(id, 0, Buffer.from('abcd')), 4);
    assert.equal(await piece(id, 8, Buffer.from('ij')), 4);
    // Sent without waiting for answers.
    assert.deepEqual(
      await Promise.all([piece(id, 4, Buffer.from('efg')), piece(id, 7, Buffer.from('hij'))]),
      [7, 10],
    );
    assert.equal(await piece(id, 10, Buffer.from('k')), 10);
    assert.equal(await put(id, 10), 10);
    assert.equal(readFileSync(join(place(id), 'a.jpg'), 'latin1'), 'abcdefghij');
  });

  it('Z1: after the host ended it goes on where the bytes on disk end', async () => {
    const id = randomUUID();
    await put(id, 6);
    await piece(id, 0, Buffer.from('abc'));
    store = new AttachmentStore({ folder, clock });
    assert.equal(await put(id, 6), 3);
    assert.equal(await piece(id, 3, Buffer.from('def')), 6);
    assert.equal(readFileSync(join(place(id), 'a.jpg'), 'latin1'), 'abcdef');
  });

  it('Z1: after the computer itself was started again it comes anew: what was not synced may be zeros', async () => {
    const id = randomUUID();
    await put(id, 6);
    await piece(id, 0, Buffer.from('abc'));
    const before = Date.now() / 1000 - uptime() - 60;
    utimesSync(join(place(id), '.part'), before, before);
    store = new AttachmentStore({ folder, clock });
    assert.equal(await put(id, 6), 0);
    assert.equal(await piece(id, 0, Buffer.from('abcdef')), 6);
    assert.equal(readFileSync(join(place(id), 'a.jpg'), 'latin1'), 'abcdef');
  });

  it('Z1: begun anew as another file, nothing of the first one is left', async () => {
    const id = randomUUID();
    await put(id, 6);
    await piece(id, 0, Buffer.from('abcd'));
    assert.equal(await put(id, 5), 0);
    store = new AttachmentStore({ folder, clock });
    assert.equal(await put(id, 5), 0);
    assert.equal(await piece(id, 0, Buffer.from('ABCDE')), 5);
    assert.equal(readFileSync(join(place(id), 'a.jpg'), 'latin1'), 'ABCDE');
  });

  it('Z1: what is longer than it said, or was never begun, is refused', async () => {
    const id = randomUUID();
    await put(id, 2);
    await assert.rejects(piece(id, 0, Buffer.from('abc')), hasCode('invalid_params'));
    await assert.rejects(piece(randomUUID(), 0, Buffer.from('abc')), hasCode('attachment_unknown'));
    const whole = await send(Buffer.from('abc'));
    await assert.rejects(put(whole, 4), hasCode('invalid_params'));
  });

  it('Z2: the owner alone may read it', async function () {
    if (process.platform === 'win32') this.skip();
    const id = await send(jpeg);
    assert.equal(lstatSync(place(id)).mode & 0o777, 0o700);
    for (const name of readdirSync(place(id)))
      assert.equal(lstatSync(join(place(id), name)).mode & 0o777, 0o600);
  });

  it('Z2: a long name is cut to what it would be cut to again', () => {
    const scripts = '\u{10000}'.repeat(5);
    for (const name of [
      `${'a'.repeat(100)}.txt_____${scripts}`,
      `${'a'.repeat(90)}.${scripts}${scripts}${scripts}`,
      `${'a'.repeat(limits.attachmentNameChars - 1)}.${'b'.repeat(20)}`,
      `${'a'.repeat(limits.attachmentNameChars)}. . .txt`,
      `${'\u{10000}'.repeat(90)}.jpeg`,
    ]) {
      const safe = safeName(name, '');
      assert.equal(safeName(safe, ''), safe);
      assert.ok([...safe].length <= limits.attachmentNameChars && Buffer.byteLength(safe) <= 255, safe);
    }
    assert.match(safeName(`${'\u{10000}'.repeat(90)}.jpeg`, ''), /\.jpeg$/);
  });

  it('Z2: whatever a client calls a file, an attachment or a session, nothing lies outside of its folder (10,000 tries)', async function () {
    this.timeout(120_000);
    const odd = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '%2e%2e%2f',
        '%2F',
        '\0',
        ':',
        'C:',
        '\\\\server\\share',
        '//host/x',
        '~',
      ),
      fc.constantFrom(
        'CON',
        'nul.txt',
        'COM1',
        'LPT¹',
        'a:stream',
        '.ssh',
        'İ',
        '\u202e',
        '\u2215',
        '\uff0e\uff0e',
        ' ',
        '-rf',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.uuid(),
    );
    const name = fc
      .array(odd, { maxLength: 6 })
      .chain((parts) => fc.constantFrom('', '/', '\\').map((between) => parts.join(between)));
    const ids = fc.oneof({ weight: 1, arbitrary: fc.uuid() }, { weight: 2, arbitrary: name });
    const before = readdirSync(folder).join();
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(name, ids, fc.constantFrom('image/jpeg', '../x', ''), async (called, id, type) => {
        tried++;
        const safe = safeName(called, type);
        assert.ok(safe !== '' && !/[\\/\0]/.test(safe) && !/^\.+$/.test(safe) && !safe.startsWith('.'), safe);
        assert.ok(Buffer.byteLength(safe) <= 255);
        assert.equal(safeName(safe, ''), safe, 'it is the same when it is made safe again');
        const inside = relative(folder, join(folder, safe)).split(sep);
        assert.deepEqual(inside, [safe]);
        const isId = attachmentPutParams.safeParse({
          sessionId: 's1',
          id,
          name: called.slice(0, 1024),
          type,
          bytes: 1,
        });
        for (const schema of [attachmentDropParams, attachmentReadParams, attachmentPieceParams])
          assert.equal(schema.safeParse({ sessionId: 's1', id, at: 0, data: '' }).success, isId.success);
        if (isId.success) return;
        // Also where nobody checked the request, a path is not made of it.
        assert.throws(() => new AttachmentFolder(join(folder, 's1')).path({ id, name: 'a' }), RangeError);
      }),
      { numRuns: 9_000 },
    );
    await fc.assert(
      fc.asyncProperty(name, name, async (called, session) => {
        tried++;
        const id = randomUUID();
        await store.put({ sessionId: session, id, name: called, type: '', bytes: 1 }).then(
          () => store.piece({ sessionId: session, id, at: 0, data: 'YQ==' }),
          () => undefined,
        );
        assert.equal(readdirSync(join(folder, '..')).includes('attachments'), false);
      }),
      { numRuns: 1_000 },
    );
    assert.equal(tried, 10_000);
    const made = readdirSync(folder);
    for (const one of made) assert.match(one, /^[\w-]{1,64}$/);
    assert.ok(made.join().includes(before));
  });

  it('Z2: a link that lies in its place is not followed', async function () {
    if (process.platform === 'win32') this.skip();
    const secret = join(folder, 'secret');
    const id = await send(jpeg, { name: 'photo.jpg' });
    const other = randomUUID();
    await put(other, 5);
    symlinkSync(secret, join(place(other), '.part'));
    await assert.rejects(piece(other, 0, Buffer.from('abcde')), hasCode('storage_failed'));
    assert.equal(existsSync(secret), false);
    const kept = new AttachmentFolder(join(folder, 's1'));
    assert.equal((await kept.find(id))?.have, jpeg.length);
  });

  it('Z3: a file, a session and all sessions together have bounds', async () => {
    await assert.rejects(put(randomUUID(), limits.attachmentBytes + 1), hasCode('attachment_too_large'));
    const many = limits.sessionAttachmentBytes / limits.attachmentBytes;
    for (let n = 0; n < many; n++) await put(randomUUID(), limits.attachmentBytes);
    await assert.rejects(put(randomUUID(), 1), hasCode('attachment_limit'));
    store = new AttachmentStore({ folder, clock, maxBytes: limits.sessionAttachmentBytes + 5 });
    mkdirSync(join(folder, 's2'));
    await put(randomUUID(), 5, { session: 's2' });
    await assert.rejects(put(randomUUID(), 1, { session: 's2' }), hasCode('attachment_limit'));
    removeFolder(join(folder, 's1'));
    await put(randomUUID(), 1, { session: 's2' });
  });

  it('Z3: what comes for several sessions at once counts all the same', async () => {
    const sessions = Array.from({ length: 8 }, (_, n) => `many-${n}`);
    for (const session of sessions) mkdirSync(join(folder, session));
    const bytes = 5;
    store = new AttachmentStore({ folder, clock, maxBytes: sessions.length * bytes });
    await Promise.all(sessions.map((session) => put(randomUUID(), bytes, { session })));
    await assert.rejects(put(randomUUID(), 1), hasCode('attachment_limit'));
  });

  it('Z3: of what comes for several sessions at once no more is taken than there is room for', async () => {
    const sessions = Array.from({ length: 8 }, (_, n) => `many-${n}`);
    for (const session of sessions) mkdirSync(join(folder, session));
    const bytes = 5;
    store = new AttachmentStore({ folder, clock, maxBytes: 3 * bytes });
    const tries = await Promise.allSettled(sessions.map((session) => put(randomUUID(), bytes, { session })));
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 3);
    // What was not begun takes no room.
    for (const session of sessions) removeFolder(join(folder, session));
    mkdirSync(join(folder, 's3'));
    writeFileSync(join(folder, 's3', 'attachments'), '');
    await assert.rejects(put(randomUUID(), 3 * bytes, { session: 's3' }), hasCode('storage_failed'));
    await put(randomUUID(), 3 * bytes);
  });

  it('Z3: a name in an error redraws nothing', async () => {
    const name = 'a\u001b[2K\u202egpj.exe';
    await assert.rejects(put(randomUUID(), limits.attachmentBytes + 1, { name }), (error: OffdeskError) => {
      assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}]/u);
      return true;
    });
  });

  it('Z4: a prompt goes with what is whole alone', async () => {
    const id = randomUUID();
    await put(id, 2);
    await assert.rejects(store.send('s1', [id]), hasCode('attachment_unknown'));
    await piece(id, 0, Buffer.from('ab'));
    await store.send('s1', [id]);
    await assert.rejects(store.send('s2', [id]), hasCode('attachment_unknown'));
  });

  it('Z6: what was sent stays; what was not can be taken back, and goes after a while', async () => {
    const [sent, kept, old] = [await send(jpeg), await send(jpeg), await send(jpeg)];
    await store.send('s1', [sent]);
    for (const id of [sent, kept]) await store.drop({ sessionId: 's1', id });
    assert.deepEqual([existsSync(place(sent)), existsSync(place(kept))], [true, false]);
    clock.advance(limits.unsentAttachmentMs + 1);
    const young = await send(jpeg);
    assert.equal(await store.removeUnsent(), 1);
    assert.deepEqual(
      [sent, old, young].map((id) => existsSync(place(id))),
      [true, false, true],
    );
    // Older than the history may be: as long as the session is there, a prompt of it may still wait.
    await store.send('s1', [young]);
    clock.advance(100 * day);
    assert.equal(await store.removeUnsent(), 0);
    assert.deepEqual(
      [sent, young].map((id) => existsSync(place(id))),
      [true, true],
    );
  });

  it('Z6: they go also while the host runs on, until it stops', async () => {
    const old = await send(jpeg);
    const tidying = store.tidy();
    clock.advance(limits.unsentAttachmentMs + limits.unsentLookMs);
    await eventually(() => !existsSync(place(old)), { what: 'its end' });
    tidying.dispose();
    assert.equal(clock.pending, 0);
  });

  it('Z6: one that is damaged goes, too; one that a later version made stays', async () => {
    const [torn, later] = [await send(jpeg), await send(jpeg)];
    writeFileSync(join(place(torn), '.offdesk.json'), '{"version":1,"na');
    writeFileSync(join(place(later), '.offdesk.json'), '{"version":2}');
    // Its host was killed before it could say what it is.
    const empty = randomUUID();
    mkdirSync(place(empty));
    const at = clock.now() / 1000;
    for (const id of [torn, later, empty]) utimesSync(place(id), at, at);
    assert.equal(await store.removeUnsent(), 0, 'it may be on its way');
    clock.advance(limits.unsentAttachmentMs + 1);
    assert.equal(await store.removeUnsent(), 2);
    assert.deepEqual(
      [torn, empty, later].map((id) => existsSync(place(id))),
      [false, false, true],
    );
  });

  it('Z6: counts in what its session takes of the disk, and goes with it', async () => {
    const machine = tempFolder('od-machine');
    try {
      const sessions = await SessionStore.open(machine, silentLog);
      store = new AttachmentStore({ folder: join(machine, 'sessions'), clock });
      mkdirSync(sessions.folderOf('s1'));
      const id = await send(jpeg);
      assert.ok((await sessions.sizeOf('s1')) > jpeg.length);
      await sessions.remove('s1');
      await assert.rejects(store.read({ sessionId: 's1', id, at: 0 }), hasCode('attachment_unknown'));
    } finally {
      removeFolder(machine);
    }
  });

  it('Z7: is read in pieces, its small picture at once', async () => {
    const id = await send(jpeg);
    const parts: Buffer[] = [];
    for (let at = 0; at < jpeg.length;) {
      const { data, bytes } = await store.read({ sessionId: 's1', id, at });
      assert.equal(bytes, jpeg.length);
      const part = Buffer.from(data, 'base64');
      assert.ok(part.length <= limits.attachmentPieceBytes);
      parts.push(part);
      at += part.length;
    }
    assert.ok(Buffer.concat(parts).equals(jpeg));
    assert.equal((await store.read({ sessionId: 's1', id, at: 0, preview: true })).data, '');
    const small = randomUUID();
    const preview = Buffer.from('small').toString('base64');
    await store.put({ sessionId: 's1', id: small, name: 'x', type: 'image/png', bytes: 1, preview });
    await assert.rejects(store.read({ sessionId: 's1', id: small, at: 0 }), hasCode('attachment_unknown'));
    await piece(small, 0, Buffer.from('x'));
    assert.equal((await store.read({ sessionId: 's1', id: small, at: 0, preview: true })).data, preview);
  });

  describe('for the agent', () => {
    const session = () => join(folder, 's1');
    const link = (id: string, name = 'a.jpg', type = 'image/jpeg') =>
      attachmentLink({ id, name, type, bytes: 1 });
    const text = { type: 'text', text: 'Look' };

    it('Z5: a picture where it takes pictures, else the file', async () => {
      const id = await send(jpeg, { name: 'In the sun.jpg' });
      const [same, image] = await forAgent(session(), [text, link(id)], { image: true });
      assert.equal(same, text);
      assert.equal(image?.type, 'image');
      assert.equal(image['mimeType'], 'image/jpeg');
      assert.ok(Buffer.from(String(image['data']), 'base64').equals(jpeg));
      for (const capabilities of [{ image: false }, null]) {
        const [file] = await forAgent(session(), [link(id)], capabilities);
        assert.equal(file?.type, 'resource_link');
        assert.equal(file['name'], 'In the sun.jpg');
        assert.equal(fileURLToPath(String(file['uri'])), join(place(id), 'In the sun.jpg'));
      }
    });

    it('Z5: what is no picture by its first bytes, or too large for a model, goes as a file', async () => {
      const liar = await send(Buffer.from('<svg onload="x"/>'), { name: 'x.png', type: 'image/png' });
      const large = await send(Buffer.concat([jpeg, Buffer.alloc(limits.imageBytes)]));
      const types = async (ids: string[]) =>
        (
          await forAgent(
            session(),
            ids.map((id) => link(id)),
            { image: true },
          )
        ).map(({ type }) => type);
      assert.deepEqual(await types([liar, large]), ['resource_link', 'resource_link']);
      const most = await send(Buffer.concat([jpeg, Buffer.alloc(limits.imageBytes - jpeg.length)]));
      const fit = Math.floor(limits.promptImageBytes / limits.imageBytes);
      const all = await types(Array.from({ length: fit + 1 }, () => most));
      assert.deepEqual(all.filter((type) => type === 'image').length, fit);
      assert.equal(all.at(-1), 'resource_link');
    });

    it('Z5: what is gone fails the prompt with a sentence', async () => {
      await assert.rejects(forAgent(session(), [link(randomUUID())], null), hasCode('attachment_unknown'));
      const part = randomUUID();
      await put(part, 5);
      await assert.rejects(forAgent(session(), [link(part)], null), hasCode('attachment_unknown'));
    });
  });
});

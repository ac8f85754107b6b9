/** Attachments on the page: how large pictures become, how files go piece by piece, and how a prompt waits for them. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { signal } from '@preact/signals';
import fc from 'fast-check';
import { OffdeskError } from '../../../src/base/error.ts';
import { attachmentsIn } from '../../../src/protocol/attachment-link.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { sendFile } from '../../../src/web/attach/send-file.ts';
import type { KeptFile, KeptFiles } from '../../../src/web/attach/kept-files.ts';
import { fitInto, kindOf, renamed, typeOf, writings } from '../../../src/web/attach/sizes.ts';
import { Uploads } from '../../../src/web/attach/uploads.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import { Outbox, type OutboxEntry } from '../../../src/web/client/outbox.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { eventually } from '../../support/wait.ts';

const pieceBytes = limits.attachmentPieceBytes;
const content = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 31) % 251);
const closed = () => new OffdeskError('closed', 'The connection has ended.');

/** A host that keeps what comes, and loses the connection when a test says so. */
class Host {
  readonly files = new Map<string, { bytes: number; data: Buffer }>();
  readonly asked: string[] = [];
  connected = true;
  /** Pieces until the connection is lost. */
  left = Infinity;
  flying = 0;
  most = 0;

  readonly request = async (method: string, params: object): Promise<unknown> => {
    const { id, at, data, bytes } = params as { id: string; at: number; data: string; bytes: number };
    this.asked.push(method);
    this.flying++;
    this.most = Math.max(this.most, this.flying);
    try {
      await turn();
      if (!this.connected) throw closed();
      if (method === methods.attachment.drop) return {};
      const file = this.files.get(id) ?? { bytes, data: Buffer.alloc(0) };
      this.files.set(id, file);
      if (method === methods.attachment.piece) {
        if (this.left-- <= 0) this.connected = false;
        if (!this.connected) throw closed();
        if (at === file.data.length) file.data = Buffer.concat([file.data, Buffer.from(data, 'base64')]);
      }
      return { have: file.data.length };
    } finally {
      this.flying--;
    }
  };
}

/** What outlives the page, as the browser's own store does. */
class Files implements KeptFiles {
  readonly all = new Map<string, KeptFile>();
  put = async (id: string, blob: Blob, preview: string | undefined): Promise<void> => {
    await turn();
    this.all.set(id, { blob, ...(preview === undefined ? {} : { preview }) });
  };
  get = async (id: string): Promise<KeptFile | undefined> => {
    await turn();
    return this.all.get(id);
  };
  remove = async (id: string): Promise<void> => {
    await turn();
    this.all.delete(id);
  };
}

function page(keep = memoryKeep(), entries = signal<readonly OutboxEntry[]>([]), files?: KeptFiles) {
  const clock = new FakeClock();
  const uploads = new Uploads({
    ...{ session: 's1', keep, clock, files, outbox: entries },
    prepare: (blob, name) => Promise.resolve({ blob, name, type: blob.type, preview: 'c21hbGw=' }),
  });
  return { uploads, keep, clock, entries };
}

const file = (bytes: number, name = 'a.bin') => ({ blob: new Blob([content(bytes)]), name });
const there = (uploads: Uploads) => uploads.all.value.every(({ state }) => state.kind === 'there');

describe('web: attachments', () => {
  it('Z8: a picture keeps its shape, grows never, and has no edge longer than agents take', () => {
    const side = fc.integer({ min: 1, max: 60_000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const fit = fitInto({ width, height });
        assert.ok(Math.max(fit.width, fit.height) <= limits.imageEdge);
        assert.ok(fit.width >= 1 && fit.height >= 1 && fit.width <= width && fit.height <= height);
        if (Math.max(width, height) <= limits.imageEdge) assert.deepEqual(fit, { width, height });
        else assert.equal(Math.max(fit.width, fit.height), limits.imageEdge);
        // Half a pixel of rounding.
        assert.ok(Math.abs(fit.width * height - fit.height * width) <= Math.max(width, height));
      }),
    );
    const tries = [...writings({ width: 4000, height: 3000 }, 'image/png')];
    assert.deepEqual(tries[0], { width: 2000, height: 1500, type: 'image/png', quality: 1 });
    assert.ok(tries.slice(1).every(({ type }) => type === 'image/jpeg'));
    assert.equal(tries.at(-1)?.width, 700);
    assert.equal([...writings({ width: 10, height: 10 }, 'image/heic')][0]?.type, 'image/jpeg');
  });

  it('Z8: HEIC is known also where the phone tells no type, and a name ends as what it is', () => {
    assert.deepEqual(
      [
        kindOf('image/heic', 'x'),
        kindOf('', 'IMG_1.HEIC'),
        kindOf('image/gif', 'x.gif'),
        kindOf('image/jpeg', 'x'),
        kindOf('image/svg+xml', 'x.svg'),
        kindOf('application/pdf', 'x.pdf'),
      ],
      ['heic', 'heic', 'moving', 'picture', 'file', 'file'],
    );
    // Else it would go with the place where it was taken.
    for (const type of ['', 'application/octet-stream'])
      assert.deepEqual(
        ['IMG_1.JPG', 'x.gif', 'notes.txt', 'jpg'].map((name) => typeOf(type, name)),
        ['image/jpeg', 'image/gif', type, type],
      );
    assert.equal(typeOf('text/plain', 'x.jpg'), 'text/plain');
    assert.equal(renamed('IMG_1.HEIC', 'image/jpeg'), 'IMG_1.jpg');
    assert.equal(renamed('a.jpeg', 'image/jpeg'), 'a.jpeg');
    assert.equal(renamed('screen.webp', 'image/png'), 'screen.png');
    assert.equal(renamed('', 'image/jpeg'), 'picture.jpg');
  });

  it('Z9: pieces go in order, a few at a time, and all of them arrive', async () => {
    const host = new Host();
    const { uploads } = page();
    uploads.open(host.request);
    await uploads.add([file(20 * pieceBytes + 7)]);
    await eventually(() => there(uploads), { what: 'all of it', everyMs: 5 });
    const [{ id } = { id: '' }] = uploads.all.value;
    assert.ok(host.files.get(id)?.data.equals(Buffer.from(content(20 * pieceBytes + 7))));
    assert.ok(host.most <= limits.attachmentPieces, `${host.most} at once`);
    assert.ok(host.most > 1);
  });

  it('Z9: a slow line has one piece on it at a time', async () => {
    const clock = new FakeClock();
    let most = 0;
    let flying = 0;
    let have = 0;
    await sendFile({
      ...{ file: new Blob([content(8 * pieceBytes)]), have: 0, progress: () => {}, now: () => clock.now() },
      signal: new AbortController().signal,
      piece: async (at, data) => {
        most = Math.max(most, ++flying);
        await turn();
        clock.advance(2_000);
        flying--;
        have = at + Buffer.from(data, 'base64').length;
        return have;
      },
    });
    assert.deepEqual([have, most], [8 * pieceBytes, 1]);
  });

  it('Z9: goes on at the last byte of the host after any number of cuts', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 9 * pieceBytes }),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }),
        async (bytes, cuts) => {
          const host = new Host();
          const { uploads } = page();
          await uploads.add([file(bytes)]);
          for (const cut of cuts) {
            host.connected = true;
            host.left = cut;
            uploads.open(host.request);
            await eventually(() => !host.connected || there(uploads), { what: 'a cut', everyMs: 1 });
            uploads.close();
          }
          host.connected = true;
          host.left = Infinity;
          uploads.open(host.request);
          await eventually(() => there(uploads), { what: 'all of it', everyMs: 1 });
          const [{ id } = { id: '' }] = uploads.all.value;
          assert.ok(host.files.get(id)?.data.equals(Buffer.from(content(bytes))));
          uploads.dispose();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('Z9: a host that lost a part is given that part again, and one that takes nothing is given up', async () => {
    const taken: number[] = [];
    let lost = false;
    const options = {
      ...{ file: new Blob([content(4 * pieceBytes)]), have: 0, progress: () => {}, now: () => 0 },
      signal: new AbortController().signal,
    };
    await sendFile({
      ...options,
      piece: (at) => {
        if (at === 2 * pieceBytes && !lost) {
          lost = true;
          return Promise.resolve(pieceBytes);
        }
        taken.push(at / pieceBytes);
        return Promise.resolve(at + pieceBytes);
      },
    });
    assert.ok([0, 1, 2, 3].every((at) => taken.includes(at)));
    await assert.rejects(
      sendFile({ ...options, piece: () => Promise.resolve(0) }),
      (error: unknown) => error instanceof OffdeskError && error.code === 'storage_failed',
    );
  });

  it('Z9: a prompt waits for its files, and later prompts wait behind it', async () => {
    const host = new Host();
    const keep = memoryKeep();
    const clock = new FakeClock();
    const sent: string[] = [];
    const outbox: Outbox = new Outbox({
      ...{ keep, key: 'outbox.s1', clock },
      prepare: (prompt) => (attachmentsIn(prompt).length > 0 ? uploads.whole(prompt) : undefined),
    });
    const { uploads } = page(keep, outbox.entries as never);
    outbox.open((_id, prompt) => {
      sent.push(String(prompt[0]?.['text'] ?? prompt[0]?.['uri']));
      assert.ok(attachmentsIn(prompt).every(({ id, bytes }) => host.files.get(id)?.data.length === bytes));
      return Promise.resolve();
    });
    await uploads.add([file(3 * pieceBytes)]);
    const [link] = uploads.take();
    assert.equal(uploads.draft.value.length, 0);
    outbox.add([{ type: 'text', text: 'first' }, link!]);
    outbox.add([{ type: 'text', text: 'second' }]);
    await turn();
    assert.deepEqual(sent, []);
    assert.deepEqual(
      outbox.entries.value.map(({ state }) => state),
      ['here', 'here'],
    );
    uploads.open(host.request);
    await eventually(() => sent.length === 2, { what: 'both', everyMs: 1 });
    assert.deepEqual(sent, ['first', 'second']);
    // Nothing of what the computer has is kept here.
    await eventually(() => uploads.all.value.length === 0, { what: 'the end', everyMs: 1 });
    assert.equal(keep.get('attached.s1'), undefined);
  });

  it('Z9: what can’t be sent refuses its prompt with why; sent again it is tried again', async () => {
    const host = new Host();
    const { uploads } = page();
    let full = true;
    uploads.open((method, params) =>
      full && method === methods.attachment.put
        ? Promise.reject(new OffdeskError('attachment_limit', 'Full.', 'Remove something.'))
        : host.request(method, params),
    );
    await uploads.add([file(5)]);
    const blocks = uploads.take();
    const isFull = (error: unknown) => error instanceof OffdeskError && error.code === 'attachment_limit';
    await assert.rejects(uploads.whole(blocks), isFull);
    full = false;
    await uploads.whole(blocks);
    assert.ok(there(uploads));
  });

  it('Z9: after a reload without the file it is said that it was lost, unless the computer has all of it', async () => {
    const host = new Host();
    const first = page();
    first.uploads.open(host.request);
    await first.uploads.add([file(5, 'whole.bin')]);
    await eventually(() => there(first.uploads), { what: 'the first', everyMs: 1 });
    host.left = 1;
    await first.uploads.add([file(3 * pieceBytes, 'part.bin')]);
    await eventually(() => !host.connected, { what: 'the cut', everyMs: 1 });
    first.uploads.close();

    const second = page(first.keep);
    assert.deepEqual(
      second.uploads.draft.value.map(({ name }) => name),
      ['whole.bin', 'part.bin'],
    );
    host.connected = true;
    host.left = Infinity;
    second.uploads.open(host.request);
    await eventually(() => second.uploads.all.value.every(({ state }) => /there|failed/.test(state.kind)), {
      what: 'both',
      everyMs: 1,
    });
    assert.deepEqual(
      second.uploads.all.value.map(({ state }) => state.kind),
      ['there', 'failed'],
    );
  });

  it('Z9: a reload brings back the small pictures, and forgets files of prompts that the computer has', async () => {
    const files = new Files();
    const keep = memoryKeep();
    const first = page(keep, undefined, files);
    const image = (name: string) => ({ blob: new Blob([content(5)], { type: 'image/jpeg' }), name });
    await first.uploads.add([image('sent.jpg')]);
    const [sent] = attachmentsIn(first.uploads.take());
    await first.uploads.add([image('draft.jpg')]);
    assert.equal(files.all.size, 2);

    const second = page(keep, undefined, files);
    await eventually(() => second.uploads.draft.value[0]?.preview === 'c21hbGw=', {
      what: 'the small picture',
      everyMs: 1,
    });
    assert.equal(second.uploads.all.value.length, 1);
    assert.deepEqual([files.all.size, files.all.has(sent!.id)], [1, false]);
  });

  it('Z9: what was written in a session that is over takes its files along to another', async () => {
    const files = new Files();
    const entries = signal<readonly OutboxEntry[]>([]);
    const [old, next] = [page(memoryKeep(), entries, files), page(memoryKeep(), undefined, files)];
    await old.uploads.add([file(pieceBytes + 3)]);
    const blocks = old.uploads.take();
    entries.value = [{ id: 'x', prompt: blocks, at: 0, state: 'here' }];
    const ids = attachmentsIn(blocks).map(({ id }) => id);
    await old.uploads.moveTo(next.uploads, ids);
    entries.value = [];
    for (let turns = 0; turns < 5; turns++) await turn();
    assert.deepEqual([old.uploads.all.value.length, files.all.has(ids[0]!)], [0, true]);
    const host = new Host();
    next.uploads.open(host.request);
    await next.uploads.whole(blocks);
    assert.ok(host.files.get(ids[0]!)?.data.equals(Buffer.from(content(pieceBytes + 3))));
    assert.match(ids[0]!, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('Z3: more files than go with one prompt are not taken, which is said', async () => {
    const { uploads } = page();
    await uploads.add(Array.from({ length: limits.promptAttachments + 1 }, () => file(1)));
    assert.equal(uploads.draft.value.length, limits.promptAttachments);
    assert.equal(uploads.refused.value?.code, 'attachment_limit');
  });

  it('Z6: what is taken back goes here and at the computer', async () => {
    const host = new Host();
    const { uploads, keep } = page();
    uploads.open(host.request);
    await uploads.add([file(5)]);
    uploads.remove(uploads.all.value[0]!.id);
    await turn();
    assert.ok(host.asked.includes(methods.attachment.drop));
    assert.deepEqual([uploads.all.value.length, keep.get('attached.s1')], [0, undefined]);
  });
});

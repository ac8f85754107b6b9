/** The message being written: `@` words, chosen files, what survives the page. */
import assert from 'node:assert/strict';
import { fileTokenAt, isNamed, mentionOf } from '../../../src/transcript/mention.ts';
import {
  emptyDraft,
  followDraft,
  insertFile,
  keepDraft,
  readDraft,
  toPrompt,
} from '../../../src/web/client/draft.ts';
import { memoryKeep, storageKeep } from '../../../src/web/client/keep.ts';

const file = { path: 'src/web/a b.ts', uri: 'file:///w/src/web/a%20b.ts' };

describe('web: draft', () => {
  it('C10: finds the @ word at the caret', () => {
    const cases: [string, string | undefined][] = [
      ['@|', ''],
      ['@src/we|', 'src/we'],
      ['look at @mid|', 'mid'],
      ['look at @mid|dle', 'mid'],
      ['(@a|', 'a'],
      ['line\n@b|', 'b'],
      ['mail me@example.org|', undefined],
      ['@done |', undefined],
      ['no|', undefined],
      ['@a@b|', undefined],
      ['@node_modules/@pre|', 'node_modules/@pre'],
      ['@@pre|', '@pre'],
      ['see @"a b/c|', 'a b/c'],
      ['see @"a \\"b\\" |"', 'a "b" '],
      ['@"done" |', undefined],
    ];
    for (const [marked, query] of cases) {
      const caret = marked.indexOf('|');
      assert.equal(fileTokenAt(marked.replace('|', ''), caret)?.query, query, marked);
    }
  });

  it('C10: puts the file in place of the word and goes on after it', () => {
    const draft = { text: 'see @src and more', files: [] };
    const inserted = insertFile(draft, { start: 4, end: 8 }, file);
    assert.equal(inserted.draft.text, 'see @"src/web/a b.ts" and more');
    assert.equal(inserted.draft.text.slice(inserted.caret), 'and more');
    const atEnd = insertFile({ text: '@s', files: [] }, { start: 0, end: 2 }, file);
    assert.equal(atEnd.draft.text, '@"src/web/a b.ts" ');
    assert.equal(atEnd.caret, atEnd.draft.text.length);
  });

  it('C10: sends the text and a resource link for each file it still names', () => {
    const kept = {
      text: 'see @"src/web/a b.ts" please ',
      files: [file, { path: 'gone.ts', uri: 'file:///w/gone.ts' }],
    };
    assert.deepEqual(toPrompt(kept), [
      { type: 'text', text: 'see @"src/web/a b.ts" please' },
      { type: 'resource_link', name: file.path, uri: file.uri },
    ]);
  });

  it('C10, W12: a folder is gone on with, in quotes or not', () => {
    const folder = (path: string) => ({ path, uri: 'file:///w/' });
    const text = 'see @s';
    const plain = insertFile({ text, files: [] }, { start: 4, end: 6 }, folder('src/'));
    assert.equal(plain.draft.text, 'see @src/');
    assert.equal(fileTokenAt(plain.draft.text, plain.caret)?.query, 'src/');
    const odd = insertFile({ text, files: [] }, { start: 4, end: 6 }, folder('my src/'));
    assert.equal(odd.draft.text, 'see @"my src/"');
    const token = fileTokenAt(odd.draft.text, odd.caret);
    assert.equal(token?.query, 'my src/');
    assert.equal(insertFile(odd.draft, token, file).draft.text, 'see @"src/web/a b.ts" ');
  });

  it('W12: a name that is not one word stands in quotes, and is read back', () => {
    const names = ['a b.ts', 'a"b\\c.ts', 'two\nlines', 'ü ö', 'end.', 'ab\u202ecd', "it's", 'a\u2028b'];
    for (const name of names) {
      const mention = mentionOf(name);
      assert.match(mention, /^@"[^\p{Cc}\p{Cf}\u2028]*"$/u, name);
      assert.equal(fileTokenAt(mention, mention.length - 1)?.query, name);
      assert.ok(isNamed(`see ${mention}, please`, name), name);
    }
    for (const name of ['src/a.ts', 'app/[slug]/page.tsx', '日本/設定.ts', '@scope/x.js', 'a,b'])
      assert.equal(mentionOf(name), `@${name}`);
  });

  it('W12: who is named, and who only begins so', () => {
    const cases: [string, string, boolean][] = [
      ['see @src/a.ts.', 'src/a.ts', true],
      ['see @src/a.tsx', 'src/a.ts', false],
      ['see @src/a.ts.map', 'src/a.ts', false],
      ['(@src/a.ts)', 'src/a.ts', true],
      ['看@src/a.ts，', 'src/a.ts', true],
      ['in @src/ and', 'src/', true],
      ['in @src/a.ts', 'src/', false],
      ['@a.ts and @a.tsx', 'a.tsx', true],
    ];
    for (const [text, path, named] of cases) assert.equal(isNamed(text, path), named, text);
  });

  it('N11: a draft survives the page, per session, and goes when it is sent', () => {
    const keep = memoryKeep();
    keepDraft(keep, 's1', { text: 'half a', files: [file] });
    assert.deepEqual(readDraft(keep, 's1'), { text: 'half a', files: [file] });
    assert.deepEqual(readDraft(keep, 's2'), emptyDraft);
    keepDraft(keep, 's1', emptyDraft);
    assert.equal(keep.get('draft.s1'), undefined);
    keep.set('draft.s1', '{"text":');
    assert.deepEqual(readDraft(keep, 's1'), emptyDraft);
  });

  it('N11: another tab shows what is written of the same draft, and no other', () => {
    const values = new Map<string, string>();
    const storage = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    } as unknown as Storage;
    const other = new EventTarget();
    const seen: string[] = [];
    const stop = followDraft(storageKeep(storage, 'h1', other), 's1', ({ text }) => seen.push(text));
    // As a browser tells it to every tab but the one that wrote.
    const write = (host: string, session: string, text: string) => {
      keepDraft(storageKeep(storage, host), session, { text, files: [] });
      const key = `offdesk.${host}.draft.${session}`;
      other.dispatchEvent(Object.assign(new Event('storage'), { key }));
    };
    write('h1', 's1', 'half');
    write('h1', 's2', 'of another session');
    write('h2', 's1', 'of another computer');
    assert.deepEqual(seen, ['half']);
    stop();
    write('h1', 's1', 'half a');
    assert.deepEqual(seen, ['half']);
  });

  it("A5: wiping one computer's texts leaves those of another", () => {
    const values = new Map<string, string>();
    const storage = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => {
        values.set(key, value);
        Object.assign(storage, { [key]: value });
      },
      removeItem: (key: string) => {
        values.delete(key);
        delete (storage as { [key: string]: unknown })[key];
      },
    } as unknown as Storage;
    const [one, two] = [storageKeep(storage, 'h1'), storageKeep(storage, 'h2')];
    one.set('draft.s1', 'a');
    two.set('draft.s1', 'b');
    one.clear();
    assert.equal(one.get('draft.s1'), undefined);
    assert.equal(two.get('draft.s1'), 'b');
  });
});

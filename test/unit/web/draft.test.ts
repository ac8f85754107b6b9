/** The message being written: `@` words, chosen files, what survives the page. */
import assert from 'node:assert/strict';
import {
  emptyDraft,
  fileTokenAt,
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
    ];
    for (const [marked, query] of cases) {
      const caret = marked.indexOf('|');
      assert.equal(fileTokenAt(marked.replace('|', ''), caret)?.query, query, marked);
    }
  });

  it('C10: puts the file in place of the word and goes on after it', () => {
    const draft = { text: 'see @src and more', files: [] };
    const inserted = insertFile(draft, { start: 4, query: 'src' }, file);
    assert.equal(inserted.draft.text, 'see @src/web/a b.ts and more');
    assert.equal(inserted.draft.text.slice(inserted.caret), 'and more');
    const atEnd = insertFile({ text: '@s', files: [] }, { start: 0, query: 's' }, file);
    assert.equal(atEnd.draft.text, '@src/web/a b.ts ');
    assert.equal(atEnd.caret, atEnd.draft.text.length);
  });

  it('C10: sends the text and a resource link for each file it still names', () => {
    const kept = {
      text: 'see @src/web/a b.ts please ',
      files: [file, { path: 'gone.ts', uri: 'file:///w/gone.ts' }],
    };
    assert.deepEqual(toPrompt(kept), [
      { type: 'text', text: 'see @src/web/a b.ts please' },
      { type: 'resource_link', name: file.path, uri: file.uri },
    ]);
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

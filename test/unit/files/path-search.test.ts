/** The table of paths and what a query finds in it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PathSearch } from '../../../src/files/path-search.ts';
import { PathTable } from '../../../src/files/path-table.ts';

const find = (paths: string[], query: string, limit = 10) =>
  new PathSearch(new PathTable(paths)).find(query, limit).map(({ path }) => path);

const marked = (paths: string[], query: string) => {
  const [best] = new PathSearch(new PathTable(paths)).find(query, 1);
  return best && best.matches.map((at) => best.path[at]).join('');
};

describe('paths', function () {
  this.timeout(30_000);

  it('W3: abbreviations, best first, with the matched letters', () => {
    const paths = ['src/session/journal.ts', 'src/session/journal-window.ts', 'docs/jungle.md'];
    assert.deepEqual(find(paths, 'journal', 2), ['src/session/journal.ts', 'src/session/journal-window.ts']);
    assert.equal(marked(paths, 'journal'), 'journal');
    assert.equal(find(paths, 'sesjou')[0], 'src/session/journal.ts');
    assert.equal(find(paths, 'session/jw')[0], 'src/session/journal-window.ts');
    assert.deepEqual(find(paths, 'jgl'), ['docs/jungle.md']);
    assert.deepEqual(find(paths, 'zzz'), []);
  });

  it('W3: beyond ASCII too, whatever the case, and with blanks in names', () => {
    const paths = ['Ärger/Größe messen.md', 'src/日本/設定.ts', 'src/Übung.ts'];
    assert.equal(find(paths, 'größemes')[0], 'Ärger/Größe messen.md');
    assert.equal(find(paths, 'GRÖSSE'.replace('SS', 'ß'))[0], 'Ärger/Größe messen.md');
    assert.equal(marked(paths, 'ärgröß'), 'ÄrGröß');
    assert.equal(find(paths, '設定')[0], 'src/日本/設定.ts');
    assert.equal(find(paths, 'übung')[0], 'src/Übung.ts');
  });

  it('W7: folders are found as files are', () => {
    const paths = ['src/session/journal.ts', 'src/session/turns.ts', 'src/host/sessions.ts'];
    assert.equal(find(paths, 'session')[0], 'src/session/');
    assert.deepEqual(find(paths, '', 3), ['src/', 'src/host/', 'src/session/']);
  });

  it('W8: what was used last comes before what is as good', () => {
    const table = new PathTable(['one/index.ts', 'two/index.ts', 'three/index.ts', 'four/other.ts']);
    const search = new PathSearch(table);
    const recent = [table.find('three/index.ts')!];
    assert.equal(search.find('index', 3, recent)[0]?.path, 'three/index.ts');
    assert.equal(search.find('', 3, recent)[0]?.path, 'three/index.ts');
    assert.equal(search.find('other', 3, recent)[0]?.path, 'four/other.ts');
  });

  it('W9: a table that was changed finds what a new one would', () => {
    const name = fc.constantFrom('a', 'bc', 'Def', 'x-y', 'ü', 'index.ts', 'k8s');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `${names.join('/')}.f`);
    const query = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.array(path), fc.array(path), query, (first, more, less, query) => {
        const table = new PathTable(first);
        for (const added of more) table.add(added);
        for (const removed of less) table.remove(removed);
        const left = [...new Set([...first, ...more])].filter((one) => !less.includes(one));
        const known = new PathTable(left);
        const all = (one: PathTable) => new PathSearch(one).find('', 1000).map(({ path }) => path);
        assert.deepEqual(all(table).sort(), all(known).sort());
        const found = (one: PathTable) => new PathSearch(one).find(query, 1000).map(({ path }) => path);
        assert.deepEqual(found(table).sort(), found(known).sort());
        for (const one of left) assert.equal(table.path(table.find(one)!), one);
      }),
    );
  });

  it('W9: a folder goes with all that is in it', () => {
    const table = new PathTable(['a/b/c.ts', 'a/b/d/e.ts', 'a/f.ts']);
    table.remove('a/b/');
    const all = () => new PathSearch(table).find('', 10).map(({ path }) => path);
    assert.deepEqual(all(), ['a/', 'a/f.ts']);
    table.add('a/b/d/g.ts');
    assert.deepEqual(all().sort(), ['a/', 'a/b/', 'a/b/d/', 'a/b/d/g.ts', 'a/f.ts']);
    table.remove('a/b/d/g.ts');
    assert.deepEqual(all(), ['a/', 'a/f.ts']);
  });
});

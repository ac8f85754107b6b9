/** What a client names lies in a shared folder, or is refused, however it is written. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep, win32 } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { AllowedFolders, type Disk } from '../../../src/host/allowed-folders.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const tries = { numRuns: 10_000 };
const refused = { code: 'path_not_allowed' };

/** `work` and `more` are shared; in them links lead in, out, and nowhere. */
function makeTree() {
  const base = tempFolder('allowed');
  const [work, more, other] = ['work', 'more', 'workshop'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [join(work, 'src', 'Deep'), join(work, '%2e%2e'), more, join(other, 'src')])
    mkdirSync(folder, { recursive: true });
  for (const file of [
    join(work, 'a.txt'),
    join(work, 'src', 'ö %41.txt'),
    join(other, 'secret'),
    join(base, 'secret'),
  ])
    writeFileSync(file, '');
  symlinkSync(other, join(work, 'out'));
  symlinkSync(join(other, 'secret'), join(work, 'src', 'leak'));
  symlinkSync(join(other, 'new'), join(work, 'dangling'));
  symlinkSync('loop', join(work, 'loop'));
  symlinkSync(more, join(work, 'in'));
  symlinkSync('..', join(work, 'src', 'up'));
  symlinkSync(work, join(base, 'alias'));
  return { base, work, more, other };
}

const isBelow = (path: string, root: string) => path === root || path.startsWith(root + sep);

describe('allowed folders', function () {
  this.timeout(120_000);
  const { base, work, more, other } = makeTree();
  const allowed = new AllowedFolders(() => [work, more, join(base, 'missing'), 'relative']);

  const names = [
    'work',
    'workshop',
    'more',
    'src',
    'Deep',
    'DEEP',
    'a.txt',
    'secret',
    'new',
    'out',
    'in',
    'up',
    'leak',
  ];
  const odd = [
    '..',
    '.',
    '',
    'dangling',
    'loop',
    '%2e%2e',
    '%2E.',
    '%252e%252e',
    '%c0%ae%c0%ae',
    '..%2f..',
    '%00',
    '\0',
  ];
  const more_ = [
    '..;',
    '...',
    '.. ',
    '~',
    '\\',
    '..\\..',
    'out%2fsecret',
    'ö',
    '%61.txt',
    'C:',
    '*',
    'leak%2e',
  ];
  const segments = fc.array(fc.constantFrom(...names, ...odd, ...more_), { maxLength: 8 });
  const starts = fc.constantFrom(
    `${work}/`,
    `${more}/`,
    `${base}/`,
    `${base}/alias/`,
    '/',
    '//',
    '\\\\host\\',
    './',
    '',
  );
  const separators = fc.constantFrom('/', '/', '/', '//', '%2f', '\\');
  const paths = fc
    .tuple(starts, segments, separators)
    .map(([start, parts, separator]) => start + parts.join(separator));

  it('H19: of 10,000 paths (.., links, encodings, other roots) what is allowed is really inside (C18, C10, C11)', async () => {
    let inside = 0;
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        const real = await allowed.allowedPath(path).catch((error: unknown) => {
          assert.equal((error as { code: string }).code, 'path_not_allowed');
          return undefined;
        });
        if (real === undefined) return;
        inside++;
        assert.ok(
          [work, more].some((root) => isBelow(real, root)),
          real,
        );
        // No link is left in it that could lead elsewhere.
        let there = real;
        while (!existsSync(there)) there = dirname(there);
        assert.equal(realpathSync.native(there), there);
        // Nor does it lead elsewhere for whoever decodes it.
        let decoded = path;
        for (let i = 0; i < 4; i++) {
          try {
            decoded = decodeURIComponent(decoded);
          } catch {
            break;
          }
        }
        assert.ok(
          [work, more, join(base, 'alias')].some((root) => isBelow(resolve(decoded), root)),
          decoded,
        );
      }),
      tries,
    );
    assert.ok(inside > tries.numRuns / 20, `${inside} were inside, so that the test sees both`);
  });

  it('H19: of 10,000 file: URIs and relative links what is allowed is really inside (C10)', async () => {
    const schemes = fc.constantFrom(
      'file://',
      'file:///',
      'FILE://localhost',
      'file://server',
      'file:',
      '',
      'file:////',
    );
    const uris = fc
      .tuple(fc.constantFrom('', '', '', ' ', '\t'), schemes, paths, fc.constantFrom('', '?x', '#y', '%23'))
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(uris, async (uri) => {
        const real = await allowed.allowedUri(uri, work).catch(() => undefined);
        if (real === undefined) return;
        assert.ok(
          [work, more].some((root) => isBelow(real, root)),
          real,
        );
        // Nor elsewhere for an agent, which reads it by its URL parser.
        const read = URL.canParse(uri) ? new URL(uri) : undefined;
        if (read?.protocol === 'file:') assert.equal(await allowed.allowedPath(fileURLToPath(read)), real);
      }),
      tries,
    );
  });

  it('H19: on a disk that ignores case (Windows) 10,000 paths end inside, and no other computer is asked', async () => {
    const asked: string[] = [];
    const folders = ['C:\\', 'C:\\Work', 'C:\\Work\\Src', 'C:\\Workshop', 'C:\\Other', 'D:\\'];
    const known = new Map(folders.map((path) => [path.toLowerCase(), path]));
    const links = new Map([['c:\\work\\out', 'C:\\Other']]);
    const find = (path: string): string | undefined => {
      const lower = path.toLowerCase();
      for (const [link, to] of links)
        if (lower === link || lower.startsWith(`${link}\\`)) return find(to + path.slice(link.length));
      return known.get(lower);
    };
    const disk: Disk = {
      realpath(path) {
        asked.push(path);
        const real = find(path);
        return real
          ? Promise.resolve(real)
          : Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }));
      },
      exists: (path) => Promise.resolve(find(path) !== undefined),
    };
    const windows = new AllowedFolders(() => ['c:\\work'], 'win32', disk);
    const starts = fc.constantFrom(
      'C:\\Work',
      'c:/WORK',
      'C:\\',
      'C:',
      '\\',
      '\\\\server\\share',
      '//server/share',
      '\\\\?\\C:\\Work',
    );
    const names = [
      'Src',
      'SRC',
      'out',
      '..',
      '.. ',
      '...',
      'new.txt',
      'x:stream',
      'con.',
      'a ',
      '%2e%2e',
      '..%5c..',
      'Workshop',
    ];
    const parts = fc.array(fc.constantFrom(...names), { maxLength: 6 });
    let inside = 0;
    const any = fc
      .tuple(starts, parts, fc.constantFrom('\\', '/'))
      .map(([start, all, by]) => [start, ...all].join(by));
    await fc.assert(
      fc.asyncProperty(any, async (path) => {
        const real = await windows.allowedPath(path).catch(() => undefined);
        if (real === undefined) return;
        inside++;
        assert.ok(real === 'C:\\Work' || real.startsWith('C:\\Work\\'), `${path} → ${real}`);
        assert.doesNotMatch(real.slice(2), /[:]|[. ](?:\\|$)|\.\./);
        assert.equal(win32.normalize(real), real);
      }),
      tries,
    );
    assert.ok(inside > 100);
    assert.deepEqual(
      asked.filter((path) => /^[\\/]{2}/.test(path)),
      [],
    );
  });

  it('H19: what is shared is allowed by each of its names, also what is not there yet', async () => {
    const file = join(work, 'src', 'ö %41.txt');
    assert.equal(await allowed.allowedUri(pathToFileURL(file).href, base), file);
    assert.equal(await allowed.allowedUri('src/Deep', work), join(work, 'src', 'Deep'));
    assert.equal(await allowed.allowedUri('https://example.org/a', work), undefined);
    assert.equal(await allowed.allowedUri('offdesk-attachment:1234', work), undefined);
    for (const [asked, real] of [
      [work, work],
      [`${work}/`, work],
      [`${work}/src/../a.txt`, join(work, 'a.txt')],
      [join(base, 'alias', 'a.txt'), join(work, 'a.txt')],
      [join(work, 'in', 'x', 'y'), join(more, 'x', 'y')],
      [join(work, 'src', 'up', 'a.txt'), join(work, 'a.txt')],
      [join(work, 'new', 'file'), join(work, 'new', 'file')],
      [join(work, '%2e%2e', 'x'), undefined],
      [join(work, 'dangling'), undefined],
      [join(work, 'loop', 'x'), undefined],
      [other, undefined],
      [join(work, 'out', 'new'), undefined],
      // Here the text and the system lead to two places.
      [`${work}/src/up/../secret`, undefined],
      [`${work}/in/../a.txt`, undefined],
      [`${work}/src/../in/../a.txt`, undefined],
      [`${work}/src/Deep/../../out/../a.txt`, undefined],
      [`/${work}`, undefined],
      ['a.txt', undefined],
      ['', undefined],
      [`${work}/${'x'.repeat(limits.pathChars)}`, undefined],
    ] as const) {
      if (real === undefined) await assert.rejects(allowed.allowedPath(asked), refused, asked);
      else assert.equal(await allowed.allowedPath(asked), real);
    }
    for (const uri of [
      'file://server/x',
      `file:${work}/a.txt`,
      `file:///${base}`,
      `file://${work}%2f..%2fsecret`,
      // As whoever reads URLs has it, each of these is a file outside.
      `file://${work}/src\\..\\..\\..\\secret`,
      ` file://${base}/secret`,
      `fi\tle://${base}/secret`,
      `file:\n//${base}/secret`,
      // From the folder of the session, too.
      'in/../a.txt',
      'src/../in/../a.txt',
    ])
      await assert.rejects(allowed.allowedUri(uri, work), refused, uri);
  });
});

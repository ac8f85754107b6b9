/** The package holds what the allow-list names and nothing else. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/paths.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const maxBytes = 1.5 * 1024 * 1024;

/** Paths inside the zip; a name may have a hash. vsce writes the first two and renames three. */
const expected: string[] = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/readme.md',
  'extension/package.json',
  'extension/package.nls.json',
  'extension/package.nls.zh-cn.json',
  'extension/l10n/bundle.l10n.zh-cn.json',
  'extension/dist/extension.js',
  'extension/dist/core.js',
  'extension/dist/files.js',
  'extension/dist/cli.js',
  'extension/dist/attach.js',
  'extension/dist/chat.mjs',
  'extension/dist/web/index.html',
  'extension/dist/web/manifest.webmanifest',
  'extension/dist/web/build.txt',
  'extension/dist/web/phone.js',
  'extension/dist/web/phone.css',
  'extension/dist/web/webview.js',
  'extension/dist/web/webview.css',
  'extension/dist/web/service-worker.js',
  'extension/dist/web/icon-192.png',
  'extension/dist/web/icon-512.png',
  'extension/dist/web/icon-maskable-512.png',
  'extension/dist/web/apple-touch-icon.png',
  'extension/dist/web/favicon.svg',
  'extension/media/icon.png',
  'extension/media/icon-mono.svg',
  'extension/media/walkthrough/start.md',
  'extension/media/walkthrough/reach.md',
  'extension/media/walkthrough/pair.md',
  'extension/media/walkthrough/devices.md',
  'extension/media/walkthrough/configure.md',
  'extension/media/walkthrough/start.nls.zh-cn.md',
  'extension/media/walkthrough/reach.nls.zh-cn.md',
  'extension/media/walkthrough/pair.nls.zh-cn.md',
  'extension/media/walkthrough/devices.nls.zh-cn.md',
  'extension/media/walkthrough/configure.nls.zh-cn.md',
];
/** Pseudoterminals: the library as it is, and its native part for this platform alone. */
const native = `extension/dist/node_modules/@lydell/node-pty-${process.platform}-${process.arch}/`;
const library = 'extension/dist/node_modules/@lydell/node-pty/';
const optional = [
  new RegExp(`^${native}(package\\.json|[\\w.-]+\\.node|spawn-helper|conpty/[\\w.]+)$`),
  new RegExp(`^${library}(package\\.json|LICENSE|((shared|worker)/)?\\w+\\.js)$`),
  /^extension\/dist\/web\/chunk-[A-Z0-9]+\.(js|css)$/,
  /^extension\/dist\/web\/codicon-[A-Z0-9]+\.ttf$/,
];

/** The package of this run; built here when no step before made it. */
function packageFile(): string {
  const made = process.env['OFFDESK_TEST_VSIX'] ?? join(root, 'dist', 'offdesk.vsix');
  if (existsSync(made)) return made;
  execFileSync('npm', ['run', '--silent', 'package', '--', '-o', made], { cwd: root, stdio: 'pipe' });
  return made;
}

describe('package', function () {
  this.timeout(180_000);
  let file = '';
  let names: string[] = [];
  before(() => {
    file = packageFile();
    names = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).trim().split('\n');
  });

  it('V12: holds everything that it must', () => {
    const missing = expected.filter((name) => !names.includes(name));
    assert.deepEqual(missing, []);
  });

  it('V12: holds nothing that was not expected', () => {
    const allowed = (name: string) =>
      expected.includes(name) || optional.some((pattern) => pattern.test(name));
    assert.deepEqual(
      names.filter((name) => !allowed(name)),
      [],
    );
  });

  it('V12: is at most 1.5 MB', () => {
    assert.ok(statSync(file).size <= maxBytes, `${statSync(file).size} bytes`);
  });

  it('O11, V12: has pseudoterminals for this platform, where an installed package finds them', () => {
    assert.ok(names.some((name) => name.startsWith(native) && name.endsWith('.node')));
    const folder = tempFolder('vsix');
    execFileSync('unzip', ['-q', file, 'extension/dist/*', '-d', folder]);
    const core = JSON.stringify(join(folder, 'extension', 'dist', 'core.js'));
    const script = `const { spawn } = require('node:module').createRequire(${core})('@lydell/node-pty');
      spawn('/bin/sh', ['-c', 'echo works-$((1+1))'], { env: process.env }).onData((text) => process.stdout.write(text));`;
    assert.match(
      execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: folder }),
      /works-2/,
    );
  });

  it('V12: names no path of the machine that built it', () => {
    for (const name of names.filter((name) => /\.(js|json|html|css)$/.test(name))) {
      const text = execFileSync('unzip', ['-p', file, name.replace(/[[\]]/g, '\\$&')], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      assert.ok(!text.includes(root), name);
    }
  });
});

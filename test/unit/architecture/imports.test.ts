/** DESIGN.md's table of parts: which folder may import which, and what never appears where. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

const src = resolve('src');

/**
 * Folder → the folders that it may import besides itself. `transcript` also holds what every surface reads off the items
 * (questions, forms, options, commands, the queue), so that page and terminal read the same: `cli` imports it, too.
 */
const table: Record<string, string[]> = {
  base: [],
  protocol: ['base'],
  transcript: ['base', 'protocol'],
  session: ['base', 'protocol', 'transcript'],
  agent: ['base', 'protocol', 'session'],
  files: ['base'],
  terminal: ['base', 'protocol'],
  channel: ['base', 'protocol'],
  remote: ['base', 'protocol', 'channel', 'session'],
  relay: ['base', 'protocol'],
  host: [
    'base',
    'protocol',
    'transcript',
    'session',
    'agent',
    'files',
    'terminal',
    'channel',
    'remote',
    'relay',
  ],
  vscode: ['base', 'protocol', 'session', 'host'],
  cli: ['base', 'protocol', 'transcript', 'channel', 'session', 'host', 'relay'],
  web: ['base', 'protocol', 'transcript', 'channel'],
};
/** The relay sees the envelope and the bounds, nothing else of the protocol. */
const relayMaySee = ['protocol/envelope.ts', 'protocol/limits.ts'];
const withoutNode = new Set(['base', 'protocol', 'transcript', 'channel', 'web']);

interface Import {
  file: string;
  folder: string;
  /** Path relative to src, or the package's name. */
  target: string;
  own: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(path: string): Import[] {
  const file = relative(src, path).split(sep).join('/');
  const folder = file.split('/')[0]!;
  return ts.preProcessFile(readFileSync(path, 'utf8'), true, true).importedFiles.map(({ fileName }) => {
    const own = fileName.startsWith('.');
    const target = own
      ? relative(src, resolve(dirname(path), fileName))
          .split(sep)
          .join('/')
      : fileName;
    return { file, folder, target, own };
  });
}

describe('architecture', () => {
  const all = sources(src).flatMap(importsOf);

  it('the test sees every folder of the table', () => {
    assert.deepEqual(new Set(all.map((one) => one.folder)), new Set(Object.keys(table)));
  });

  it('each folder imports only what the table of DESIGN.md allows', () => {
    const wrong = all.filter(({ folder, target, own }) => {
      if (!own) return false;
      const to = target.split('/')[0]!;
      return to !== folder && !table[folder]!.includes(to);
    });
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} → ${target}`),
      [],
    );
  });

  it('the relay sees the envelope and the bounds of the protocol alone', () => {
    const wrong = all.filter(
      ({ folder, target }) =>
        folder === 'relay' && target.startsWith('protocol/') && !relayMaySee.includes(target),
    );
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} → ${target}`),
      [],
    );
  });

  it('`vscode` is imported in src/vscode alone', () => {
    const wrong = all.filter(({ folder, target, own }) => !own && target === 'vscode' && folder !== 'vscode');
    assert.deepEqual(
      wrong.map(({ file }) => file),
      [],
    );
  });

  it('`node:` never appears in base, protocol, transcript, channel or web', () => {
    const wrong = all.filter(({ folder, target }) => target.startsWith('node:') && withoutNode.has(folder));
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} → ${target}`),
      [],
    );
  });
});

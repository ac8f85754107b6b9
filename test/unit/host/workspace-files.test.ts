/** Which folders count for a session, what comes first, and which links are refused. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Emitter } from '../../../src/base/emitter.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { WorkspacePort } from '../../../src/host/api.ts';
import { WorkspaceFiles } from '../../../src/host/workspace-files.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const never = new AbortController().signal;

describe('files of the workspace', function () {
  this.timeout(60_000);
  let folder = '';
  let files: WorkspaceFiles;
  const touched = new Emitter<readonly string[]>();
  const shared: string[] = [];
  let open: string[] = [];
  const client = {};

  before(() => {
    folder = tempFolder('workspace');
    for (const path of ['app/src', 'docs', 'apart', 'outside'])
      mkdirSync(join(folder, path), { recursive: true });
    for (const path of ['app/src/main.ts', 'docs/main.md', 'apart/main.c', 'outside/main.h'])
      writeFileSync(join(folder, path), '');
    const workspace: WorkspacePort = {
      folders: () => ['app', 'docs'].map((name) => ({ name, path: join(folder, name) })),
      openFiles: () => open,
      excluded: () => [],
      onTouched: touched.event,
    };
    const folders = () => [...workspace.folders().map(({ path }) => path), ...shared];
    files = new WorkspaceFiles({ log: silentLog, workspace, folders });
  });
  after(() => files.stop());

  const paths = async (query: string, cwd = 'app') =>
    (await files.search(join(folder, cwd), client, { query, limit: 20 }, never)).map(({ path }) => path);

  it('W10: a session in one of the folders gets all of them, one elsewhere its own', async () => {
    assert.deepEqual((await paths('main')).sort(), ['app/src/main.ts', 'docs/main.md']);
    assert.deepEqual(await paths('main', 'apart'), ['main.c']);
  });

  it('W8: open files come first, and those that a prompt linked to before them', async () => {
    open = [join(folder, 'docs', 'main.md')];
    assert.equal((await paths('main'))[0], 'docs/main.md');
    open = [join(folder, 'app', 'src', 'main.ts')];
    assert.equal((await paths('main'))[0], 'app/src/main.ts');
    const uri = pathToFileURL(join(folder, 'docs', 'main.md')).href;
    await files.linked(join(folder, 'app'), [uri]);
    assert.equal((await paths('main'))[0], 'docs/main.md');
  });

  it('W4: of one client the newest search counts, of two clients both', async () => {
    const cwd = join(folder, 'app');
    const ask = (who: object, query: string) => files.search(cwd, who, { query, limit: 5 }, never);
    const [first, other, second] = [ask(client, 'm'), ask({}, 'ma'), ask(client, 'mai')];
    await assert.rejects(first, { code: 'superseded' });
    assert.equal((await other).length > 0 && (await second).length > 0, true);
  });

  it('W9: hears what came and went from the shell', async () => {
    const path = join(folder, 'docs', 'new.md');
    writeFileSync(path, '');
    touched.fire([path]);
    await eventually(async () => (await paths('new'))[0] === 'docs/new.md', { what: 'the new file' });
  });

  it('W11: links to what is shared are taken, all others refused', async () => {
    const cwd = join(folder, 'app');
    symlinkSync(join(folder, 'outside'), join(folder, 'app', 'way-out'));
    const uri = (path: string) => pathToFileURL(join(folder, path)).href;
    const taken = [
      uri('app/src/main.ts'),
      uri('docs/'),
      'src/main.ts',
      'https://example.org/',
      'offdesk-attachment:1',
    ];
    await files.linked(cwd, taken);
    const refused = [
      ...[uri('outside/main.h'), uri('apart/main.c'), uri('app/way-out/main.h'), '../outside/main.h'],
      ...[
        'file:///etc/passwd',
        `${uri('app')}/%2e%2e/outside/main.h`,
        '//server/share',
        'file://server/share',
      ],
    ];
    for (const link of refused)
      await assert.rejects(files.linked(cwd, [link]), { code: 'path_not_allowed' }, link);
    shared.push(join(folder, 'outside'));
    await files.linked(cwd, [uri('outside/main.h')]);
  });
});

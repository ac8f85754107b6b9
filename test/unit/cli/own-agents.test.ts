/** Agents of the user's own on the command line. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namedAgent } from '../../../src/cli/own-agents.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe("the command line's own agents", () => {
  let folder: string;

  beforeEach(() => (folder = tempFolder('od-own')));
  afterEach(() => removeFolder(folder));

  const write = (text: string) => writeFileSync(join(folder, 'agents.json'), text);

  it('A25: one of agents.json is chosen by its name', () => {
    write(JSON.stringify([{ name: 'mine', command: 'run', args: ['--acp'] }, { name: 'broken' }]));
    const mine = { kind: 'command', name: 'mine', command: 'run', args: ['--acp'] };
    assert.deepEqual(namedAgent('mine', folder), mine);
    const broken = namedAgent('broken', folder);
    assert.equal(broken.kind === 'invalid' && broken.error.code, 'settings_invalid');
    assert.ok(broken.kind === 'invalid' && broken.error.next.includes('agents.json'));
    assert.deepEqual(namedAgent('other', folder), { kind: 'named', name: 'other' });
  });

  it('A25: without the file, and for a known name whatever stands in it, a name is a name', () => {
    assert.deepEqual(namedAgent('mine', folder), { kind: 'named', name: 'mine' });
    write('no JSON');
    assert.deepEqual(namedAgent('gemini', folder), { kind: 'named', name: 'gemini' });
    assert.throws(() => namedAgent('mine', folder), { code: 'settings_invalid' });
  });
});

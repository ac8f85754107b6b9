/** A session that could not be begun leaves nothing that a later start would open. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../../src/base/log.ts';
import { candidates } from '../../../src/host/agent-command.ts';
import { SessionMaker } from '../../../src/host/session-maker.ts';
import { SessionStore } from '../../../src/host/session-store.ts';
import { testHost } from '../../support/test-host.ts';

describe('sessions that are made', () => {
  it('B9: of one whose journal cannot be begun no description stays', async () => {
    const { ports, folder } = await testHost();
    const store = await SessionStore.open(ports.machineFolder, silentLog);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { folderOf } = store;
    const asked: string[] = [];
    store.folderOf = (id) => {
      asked.push(id);
      // First its description is written, then its journal is opened.
      return asked.length === 2 ? join(file, id) : folderOf.call(store, id);
    };
    const [candidate] = candidates(ports.settings().agent, ports);
    await assert.rejects(new SessionMaker(ports, store).create(candidate!), { code: 'storage_failed' });
    assert.ok(asked.length > 2);
    assert.deepEqual(store.sorted, []);
    assert.deepEqual((await SessionStore.open(ports.machineFolder, silentLog)).sorted, []);
  });
});

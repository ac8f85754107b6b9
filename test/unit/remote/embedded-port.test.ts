/** The embedded relay's port: chosen once, kept, never moved. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { embeddedPort } from '../../../src/remote/embedded-port.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { startRelay } from '../../../src/relay/server.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe('remote/embedded-port', () => {
  let root: string;
  let folder: MachineFolder;
  beforeEach(async () => {
    root = tempFolder();
    folder = await MachineFolder.open(root);
  });
  afterEach(() => removeFolder(root));

  it('D19: chosen once and kept, below the ports that systems hand out', async () => {
    const port = await embeddedPort(folder, 0);
    assert.ok(port >= 20_000 && port < 32_000);
    assert.equal(await embeddedPort(await MachineFolder.open(root), 0), port);
  });

  it("D19: the user's own port goes first and does not change the kept one", async () => {
    const kept = await embeddedPort(folder, 0);
    assert.equal(await embeddedPort(folder, 4_711), 4_711);
    assert.equal(await embeddedPort(folder, 0), kept);
  });

  it('D19: a kept port that another program has is not exchanged; listening there says so', async () => {
    const port = await embeddedPort(folder, 0);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      assert.equal(await embeddedPort(folder, 0), port);
      await assert.rejects(startRelay({ mode: 'embedded', host: '127.0.0.1', port }), (error) => {
        assert.ok(error instanceof OffdeskError);
        assert.equal(error.code, 'port_taken');
        assert.ok(error.message.includes(String(port)) && error.next !== '');
        return true;
      });
    } finally {
      other.close();
    }
  });

  it('D3: a damaged file is reported, not replaced by another port', async () => {
    writeFileSync(folder.file('port.json'), '{"port":0}');
    await assert.rejects(embeddedPort(folder, 0), { code: 'storage_failed' });
  });
});

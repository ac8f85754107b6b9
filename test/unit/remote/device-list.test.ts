/** The device list: kept, bounded, expiring, with tombstones. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { silentLog } from '../../../src/base/log.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { DeviceList, type DeviceChange } from '../../../src/remote/device-list.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const key = (n: number) => new Uint8Array(32).fill(n);
const phone = (n: number) =>
  ({ key: key(n), name: `Phone ${n}`, scope: 'control', protectedPage: true, ephemeral: false }) as const;

describe('remote/device-list', () => {
  let root: string;
  let folder: MachineFolder;
  let clock: FakeClock;
  let list: DeviceList;
  let changes: DeviceChange[];
  const open = async () => {
    list = await DeviceList.open(await MachineFolder.open(root), clock, silentLog);
    changes = [];
    list.onChange((change) => changes.push(change));
    return list;
  };
  const stored = () => readFileSync(folder.file('devices.json'), 'utf8');

  beforeEach(async () => {
    root = tempFolder();
    folder = await MachineFolder.open(root);
    clock = new FakeClock();
    await open();
  });
  afterEach(() => {
    list.dispose();
    removeFolder(root);
  });

  it('D8: a device is its key; it is kept over a restart, for the owner alone', async () => {
    const added = await list.add(phone(1));
    await open();
    assert.deepEqual(list.all, [added]);
    assert.deepEqual(list.lookup(key(1)), { kind: 'known', device: added });
    assert.deepEqual(list.lookup(key(2)), { kind: 'unknown' });
    assert.equal(statSync(folder.file('devices.json')).mode & 0o777, 0o600);
  });

  it('D8: paired again, a key keeps its id and gets the new scope', async () => {
    const first = await list.add(phone(1));
    const second = await list.add({ ...phone(1), scope: 'view' });
    assert.equal(second.id, first.id);
    assert.equal(list.all.length, 1);
    assert.equal(list.all[0]?.scope, 'view');
  });

  it('D5: two devices never get the same name', async () => {
    const one = await list.add({ ...phone(1), name: 'Pixel' });
    const two = await list.add({ ...phone(2), name: 'pixel\u200b' });
    assert.equal(two.name, 'pixel (2)');
    assert.equal((await list.rename(one.id, 'PIXEL (2)')).name, 'PIXEL (2) (2)');
  });

  it('D9: names in the file are not trusted either', async () => {
    await list.add(phone(1));
    writeFileSync(folder.file('devices.json'), stored().replace('Phone 1', 'Phone \\u202e1'));
    await open();
    assert.equal(list.all[0]?.name, 'Phone 1');
  });

  it('D10: rename and scope are kept and told', async () => {
    const { id } = await list.add(phone(1));
    await list.rename(id, 'Kitchen');
    await list.setScope(id, 'view');
    assert.deepEqual(
      changes.map((change) => `${change.kind} ${change.device.name} ${change.device.scope}`),
      ['added Phone 1 control', 'changed Kitchen control', 'changed Kitchen view'],
    );
    await open();
    assert.equal(list.find(id)?.name, 'Kitchen');
    assert.equal(list.find(id)?.scope, 'view');
    await assert.rejects(list.setScope('nobody', 'view'), { code: 'device_unknown' });
  });

  it('D11: a revoked device leaves a tombstone that outlives a restart', async () => {
    const { id } = await list.add(phone(1));
    await list.revoke(id);
    assert.deepEqual(changes.at(-1)?.kind, 'removed');
    assert.deepEqual(list.lookup(key(1)), { kind: 'revoked' });
    await open();
    assert.deepEqual(list.lookup(key(1)), { kind: 'revoked' });
    await assert.rejects(list.revoke(id), { code: 'device_unknown' });
  });

  it('D11: a tombstone holds no name', async () => {
    const { id } = await list.add({ ...phone(1), name: 'NAME-CANARY' });
    await list.revoke(id);
    assert.doesNotMatch(stored(), /NAME-CANARY/);
  });

  it('D11: only a new pairing clears a tombstone', async () => {
    const { id } = await list.add(phone(1));
    await list.revoke(id);
    await list.add(phone(1));
    assert.equal(list.lookup(key(1)).kind, 'known');
    await open();
    assert.equal(list.lookup(key(1)).kind, 'known');
  });

  it('D11: a revoked device is out before the file is written, and stays out when that fails', async () => {
    const { id } = await list.add(phone(1));
    rmSync(folder.file('devices.json'));
    mkdirSync(folder.file('devices.json/full'), { recursive: true });
    const revoked = list.revoke(id);
    assert.deepEqual(list.lookup(key(1)), { kind: 'revoked' });
    await assert.rejects(revoked, { code: 'storage_failed' });
    assert.deepEqual(list.lookup(key(1)), { kind: 'revoked' });
  });

  it('D11: tombstones are bounded', async () => {
    for (let n = 0; n < 3; n++) {
      const { id } = await list.add(phone(n));
      await list.revoke(id);
    }
    const content = JSON.parse(stored()) as { tombstones: object[] };
    assert.equal(content.tombstones.length, 3);
    content.tombstones = Array.from({ length: limits.tombstones }, (_, i) => ({
      key: Buffer.from(String(i).padStart(32)).toString('base64url'),
      id: String(i),
      revokedAt: 0,
    }));
    writeFileSync(folder.file('devices.json'), JSON.stringify(content));
    await open();
    await list.revoke((await list.add(phone(9))).id);
    assert.equal((JSON.parse(stored()) as { tombstones: object[] }).tombstones.length, limits.tombstones);
  });

  it('D12: a pairing that cannot be kept is undone', async () => {
    mkdirSync(folder.file('devices.json/full'), { recursive: true });
    await assert.rejects(list.add(phone(1)), { code: 'storage_failed' });
    assert.deepEqual(list.all, []);
    assert.deepEqual(changes, []);
  });

  it('D12: the list is bounded; a known key can still pair again', async () => {
    for (let n = 0; n < limits.devices; n++) await list.add({ ...phone(n), ephemeral: true });
    assert.equal(list.full?.code, 'pairing_denied');
    await assert.rejects(list.add(phone(200)), { code: 'pairing_denied' });
    await list.add({ ...phone(1), ephemeral: true });
  });

  it('D13: a device that was not used for 90 days must pair again; it is no revoked one', async () => {
    const { id } = await list.add(phone(1));
    await list.add(phone(2));
    clock.advance(limits.deviceUnusedMs);
    list.touch(id);
    clock.advance(1);
    assert.deepEqual(list.lookup(key(2)), { kind: 'unknown' });
    assert.deepEqual(
      list.all.map((device) => device.id),
      [id],
    );
    assert.deepEqual(
      changes.filter((change) => change.kind === 'removed').map(({ why }) => why),
      ['expired'],
    );
  });

  it('D13: being seen is written a little later, once, or on flush', async () => {
    const { id } = await list.add(phone(1));
    const before = stored();
    clock.advance(1_000);
    list.touch(id);
    list.touch(id);
    assert.equal(clock.pending, 1);
    assert.equal(stored(), before);
    await list.flush();
    assert.equal(clock.pending, 0);
    await open();
    assert.equal(list.find(id)?.lastSeen, clock.now());
  });

  it('D14: an ephemeral device is in memory alone and is forgotten without a tombstone', async () => {
    const { id } = await list.add({ ...phone(1), ephemeral: true, name: 'EPHEMERAL-CANARY' });
    const kept = await list.add(phone(2));
    assert.doesNotMatch(stored(), /EPHEMERAL-CANARY/);
    list.forget(kept.id);
    list.forget(id);
    assert.deepEqual(list.lookup(key(1)), { kind: 'unknown' });
    assert.deepEqual(list.all, [kept]);
  });

  it('D3: a damaged list stops the start instead of locking every phone out', async () => {
    await list.add(phone(1));
    writeFileSync(folder.file('devices.json'), stored().slice(0, 40));
    await assert.rejects(open(), { code: 'storage_failed' });
  });
});

/** The host's identity: kept for good, and what it signs. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose';
import { keyPairFromSecret } from '../../../src/channel/keys.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { openIdentity } from '../../../src/remote/identity.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

const options = { algorithms: ['EdDSA'] };

describe('remote/identity', () => {
  let root: string;
  let folder: MachineFolder;
  beforeEach(async () => {
    root = tempFolder();
    folder = await MachineFolder.open(root);
  });
  afterEach(() => removeFolder(root));

  it('D6: it is made once, kept, and readable by the owner alone', async () => {
    const first = await openIdentity(folder);
    const again = await openIdentity(await MachineFolder.open(root));
    assert.equal(again.hostId, first.hostId);
    assert.deepEqual(again.noiseSecret, first.noiseSecret);
    assert.deepEqual(keyPairFromSecret(first.noiseSecret).publicKey, first.noisePublic);
    assert.equal(statSync(folder.file('identity.json')).mode & 0o777, 0o600);
  });

  it('D6: the host id is the RFC 7638 thumbprint of the admission key', async () => {
    const identity = await openIdentity(folder);
    const { jwk } = decodeProtectedHeader(await identity.mintTicket(0));
    assert.ok(jwk);
    assert.equal(await calculateJwkThumbprint(jwk), identity.hostId);
    assert.ok(!('d' in jwk));
  });

  it('D6: halves that do not belong together, or a damaged file, are reported and kept', async () => {
    await openIdentity(folder);
    const path = folder.file('identity.json');
    const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<
      'noise' | 'admission',
      { x: string; d: string }
    >;
    for (const key of ['noise', 'admission'] as const) {
      const mixed = JSON.stringify({ ...stored, [key]: { ...stored[key], d: stored[key].x } });
      writeFileSync(path, mixed);
      await assert.rejects(openIdentity(await MachineFolder.open(root)), { code: 'storage_failed' });
      assert.equal(readFileSync(path, 'utf8'), mixed);
    }
  });

  it('D7: the admission proof signs nonce and origin, and is no ticket', async () => {
    const identity = await openIdentity(folder);
    const proof = await identity.signAdmission('a-nonce', 'https://relay.example.org');
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, options);
    assert.deepEqual(JSON.parse(Buffer.from(payload).toString()), {
      nonce: 'a-nonce',
      origin: 'https://relay.example.org',
    });
    assert.equal(protectedHeader.alg, 'EdDSA');
    assert.ok(proof.length <= 2_048);
  });

  it('D7: a ticket lasts 90 days and tells nothing about its device', async () => {
    const identity = await openIdentity(folder);
    const now = Date.UTC(2026, 10, 20);
    const tickets = await Promise.all([identity.mintTicket(now), identity.mintTicket(now)]);
    const subjects = new Set<unknown>();
    for (const ticket of tickets) {
      const { payload } = await jwtVerify(ticket, EmbeddedJWK, { ...options, currentDate: new Date(now) });
      assert.deepEqual(Object.keys(payload).sort(), ['exp', 'iat', 'sub']);
      assert.equal(payload.exp, (now + limits.ticketMs) / 1000);
      subjects.add(payload.sub);
    }
    assert.equal(subjects.size, 2);
  });
});

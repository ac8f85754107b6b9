/** A CA of one's own, by NODE_EXTRA_CA_CERTS, where Node forgets it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates } from 'node:tls';
import { extraCertificates } from '../../../src/remote/extra-certificates.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe('extra certificates', () => {
  let folder: string;
  before(() => (folder = tempFolder('od-extra-ca')));
  after(() => removeFolder(folder));

  it("S14: Node's own and those of the file, as Node takes them", () => {
    const path = join(folder, 'ca.pem');
    const [own = ''] = rootCertificates;
    writeFileSync(path, own);
    const pem = extraCertificates(path, true);
    assert.equal(pem?.match(/BEGIN CERTIFICATE/g)?.length, rootCertificates.length + 1);
    createSecureContext({ ca: pem });
  });

  it('S14: nothing where Node remembers them, where there are none, and where the file is not there', () => {
    const path = join(folder, 'missing.pem');
    for (const found of [
      extraCertificates(path, false),
      extraCertificates('', true),
      extraCertificates(path, true),
    ])
      assert.equal(found, undefined);
  });
});

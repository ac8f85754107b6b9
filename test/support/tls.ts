/** A certificate authority of the tests: certificates for test names, trusted by Chromium and Node. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { run } from './processes.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';

export interface ServerCertificate {
  /** PEM texts, and the files that hold them. */
  key: string;
  cert: string;
  keyPath: string;
  certPath: string;
}

export interface TestCa {
  /** The value for NODE_EXTRA_CA_CERTS. */
  readonly certPath: string;
  readonly cert: string;
  /** A certificate for host names and addresses. */
  issue(...names: string[]): Promise<ServerCertificate>;
  /** Makes Chromium trust this authority when its HOME is this folder (libnss3-tools). */
  trustIn(home: string): Promise<void>;
  dispose(): void;
}

/** Makes an authority in a temporary folder. Needs openssl. */
export async function createTestCa(): Promise<TestCa> {
  const folder = tempFolder('od-ca');
  const certPath = join(folder, 'ca.pem');
  const keyPath = join(folder, 'ca.key');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
    ...['-subj', '/CN=Offdesk test CA', '-keyout', keyPath, '-out', certPath],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ]);
  let issued = 0;
  return {
    certPath,
    cert: readFileSync(certPath, 'utf8'),
    issue: async (...names) => {
      const base = join(folder, `server-${++issued}`);
      const paths = { keyPath: `${base}.key`, certPath: `${base}.pem` };
      const alt = names.map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`).join(',');
      writeFileSync(
        `${base}.ext`,
        `subjectAltName=${alt}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`,
      );
      await run('openssl', [
        ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...['-subj', `/CN=${names[0] ?? 'test'}`, '-keyout', paths.keyPath, '-out', `${base}.csr`],
      ]);
      await run('openssl', [
        ...['x509', '-req', '-in', `${base}.csr`, '-CA', certPath, '-CAkey', keyPath, '-CAcreateserial'],
        ...['-days', '30', '-extfile', `${base}.ext`, '-out', paths.certPath],
      ]);
      return {
        ...paths,
        key: readFileSync(paths.keyPath, 'utf8'),
        cert: readFileSync(paths.certPath, 'utf8'),
      };
    },
    trustIn: async (home) => {
      const database = join(home, '.pki', 'nssdb');
      mkdirSync(database, { recursive: true });
      await run('certutil', ['-d', `sql:${database}`, '-N', '--empty-password']);
      await run('certutil', [
        '-d',
        `sql:${database}`,
        '-A',
        '-t',
        'C,,',
        '-n',
        'Offdesk test CA',
        '-i',
        certPath,
      ]);
    },
    dispose: () => removeFolder(folder),
  };
}

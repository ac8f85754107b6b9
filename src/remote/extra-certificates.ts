/** Keeps NODE_EXTRA_CA_CERTS in force in VS Code 1.100: VS Code adds the system's certificates, over which Node 20 forgets those. */
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/**
 * PEM of all that Node trusts by itself, to be named to it as a connection's `ca`; undefined where Node needs no help,
 * and where there is no such file, which Node itself then says. Measured: what `addCACert` is called on loses the extra
 * ones under Node 20.20, not under 24.21; `getCACertificates` came with the same rework (22.15). Naming a `ca` keeps
 * VS Code from adding the system's, as in Node alone.
 */
export function extraCertificates(
  path = process.env['NODE_EXTRA_CA_CERTS'],
  forgets = !('getCACertificates' in tls),
): string | undefined {
  if (!path || !forgets) return undefined;
  try {
    return [...tls.rootCertificates, readFileSync(path, 'utf8')].join('\n');
  } catch {
    return undefined;
  }
}

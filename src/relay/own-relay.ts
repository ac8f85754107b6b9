/** An own relay as the command line starts it: `offdesk relay`. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { startRelay, type Relay } from './server.ts';

export interface OwnRelayOptions {
  /** 127.0.0.1 by default: behind a reverse proxy that has the certificate. */
  host?: string;
  /** 8443 with TLS, else 8080. */
  port?: number;
  /** Paths of PEM files; both or none. */
  tlsCert?: string;
  tlsKey?: string;
  publicUrl?: string;
  registrationToken?: string;
  /** The built web client. */
  webFolder: string;
  clock?: Clock;
  log: Log;
}

/** Rejects with `settings_invalid` (flags, files), else as startRelay does. */
export async function startOwnRelay(options: OwnRelayOptions): Promise<Relay> {
  const {
    host = '127.0.0.1',
    tlsCert,
    tlsKey,
    publicUrl,
    registrationToken,
    webFolder,
    clock,
    log,
  } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const message = 'A TLS certificate needs its key and a key its certificate.';
    throw new OffdeskError('settings_invalid', message, 'Give both --tls-cert and --tls-key.');
  }
  if (registrationToken === '') {
    throw new OffdeskError(
      'settings_invalid',
      'The registration token is empty.',
      'Give one or leave it out.',
    );
  }
  const tls =
    tlsCert !== undefined && tlsKey !== undefined
      ? { cert: await readPem(tlsCert), key: await readPem(tlsKey) }
      : undefined;
  if (!publicUrl) {
    // Without it the Host header alone tells which relay a host meant, and a relay in between can forge that.
    log.write(
      'warn',
      'relay: no --public-url, so hosts can not tell this relay from one that passes on its challenge',
    );
  }
  return startRelay({
    mode: 'own',
    host,
    port: options.port ?? (tls ? 8443 : 8080),
    webFolder,
    log,
    ...(tls ? { tls } : {}),
    ...(publicUrl ? { publicUrl } : {}),
    ...(registrationToken === undefined ? {} : { registrationToken }),
    ...(clock ? { clock } : {}),
  });
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new OffdeskError('settings_invalid', `${path} can't be read.`, 'Check the path and its rights.', {
      cause,
    });
  }
}

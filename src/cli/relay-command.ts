/** `offdesk relay`: a relay of one's own, until a signal ends it. */
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { stderrLog } from './stderr-log.ts';

export interface RelayCommandOptions {
  host: string;
  port?: number;
  tlsCert?: string;
  tlsKey?: string;
  publicUrl?: string;
  registrationToken?: string;
  verbose?: boolean;
}

export async function relay({ verbose, ...options }: RelayCommandOptions): Promise<void> {
  const registrationToken = options.registrationToken ?? process.env['OFFDESK_REGISTRATION_TOKEN'];
  const { startOwnRelay } = await import('../host/core.ts');
  const running = await startOwnRelay({
    ...options,
    ...(registrationToken ? { registrationToken } : {}),
    webFolder: join(__dirname, 'web'),
    clock: systemClock,
    log: stderrLog(verbose ?? false),
  });
  process.stdout.write(`The relay listens at ${running.url}\n`);
  if (options.publicUrl === undefined && options.tlsCert === undefined) {
    process.stdout.write('Put TLS in front of it, or give --tls-cert and --tls-key, before phones use it.\n');
  }
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await running.close();
}

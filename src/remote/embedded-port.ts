/** The embedded relay's port: chosen once and kept, since a changed origin loses every paired key. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import * as z from 'zod/v4';
import { OffdeskError } from '../base/error.ts';
import type { MachineFolder } from './machine-folder.ts';

const portFile = 'port.json';
const portSchema = z.object({ version: z.literal(1), port: z.number().int().min(1).max(65_535) });

// Below the range from which Linux (32768) and others (49152) take ports for outgoing connections, and
// above all ports that browsers refuse to open (Fetch standard, "port blocking").
const lowest = 20_000;
const highest = 32_000;
const attempts = 20;

/**
 * `wanted` is the user's setting; 0 takes the kept port, or chooses one and keeps it. The kept port is
 * returned whether it is free or not: if another program has it, listening fails with `port_taken`, and
 * nothing moves.
 */
export async function embeddedPort(folder: MachineFolder, wanted: number): Promise<number> {
  if (wanted !== 0) return wanted;
  const kept = await folder.read(portFile, portSchema);
  if (kept) return kept.port;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(lowest, highest);
    if (!(await isFree(port))) continue;
    await folder.write(portFile, { version: 1, port });
    return port;
  }
  throw new OffdeskError(
    'port_taken',
    'No free port was found on this computer.',
    'Choose a port in the settings, or by --port.',
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

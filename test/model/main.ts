/**
 * The scripted model as a process, for a network of its own: prints `{"event":"listening","port":…,"url":…}`,
 * then `{"event":"request",…}` for each request; each line of its stdin hurries it, and it ends with that.
 */
import { startModelServer } from './server.ts';

const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const slowMs = Number(process.argv[2] ?? 100);
  const onRequest = (request: object): void => print({ event: 'request', ...request });
  const server = await startModelServer({ slowMs, onRequest });
  print({ event: 'listening', port: server.port, url: server.url });
  process.stdin.on('data', () => server.hurry()).on('end', () => void server.close());
}

void main();

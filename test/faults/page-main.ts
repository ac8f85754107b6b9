/** A phone's page of a round: the real connection and client over a Node WebSocket, what a browser keeps in files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { WebSocketPort } from '../../src/channel/relay-socket.ts';
import { Machine } from '../../src/web/connection/machine.ts';
import type { Pairing, PairingStore } from '../../src/web/connection/pairing-store.ts';
import { obey } from './commands.ts';
import { fileCache, fileKeep, writeWhole } from './file-keep.ts';
import { Surface } from './surface.ts';
import { clockOfEnvironment } from './warped-clock.ts';

const clock = clockOfEnvironment();
const { FAULTS_PAGE: folder = '.' } = process.env;

/** A pairing as the harness writes it, see template.ts. */
export interface PairingFile extends Omit<Pairing, 'hostKey' | 'key'> {
  hostKey: string;
  secret: string;
}

async function main(): Promise<void> {
  const pairingFile = join(folder, 'pairing.json');
  const { secret, hostKey, ...rest } = JSON.parse(readFileSync(pairingFile, 'utf8')) as PairingFile;
  const pairing: Pairing = {
    ...rest,
    hostKey: Buffer.from(hostKey, 'base64'),
    key: { kind: 'raw', secret: new Uint8Array(Buffer.from(secret, 'base64')) },
  };
  const store: PairingStore = {
    lasting: true,
    all: () => Promise.resolve([pairing]),
    put({ key: _, hostKey: __, ...renewed }) {
      writeWhole(pairingFile, JSON.stringify({ ...renewed, hostKey, secret } satisfies PairingFile));
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
  };
  const machine = new Machine({
    ...{
      pairing,
      store,
      clock,
      keep: fileKeep(join(folder, 'keep')),
      cache: fileCache(join(folder, 'cache')),
    },
    frame: (call) => void setTimeout(call, 4),
    openWebSocket: (url) => new WebSocket(url) as unknown as WebSocketPort,
    onRevoked: () => console.error('revoked'),
  });
  const surface = new Surface(
    machine.host,
    { session: join(folder, 'session'), accepted: join(folder, 'accepted.jsonl') },
    () => {
      const way = machine.way.value;
      return way.kind === 'stopped' ? `stopped: ${way.error.code}` : way.kind;
    },
  );
  obey((command) => {
    switch (command.cmd) {
      case 'jump':
        return clock.jump(Number(command['ms']), Boolean(command['elapse']));
      case 'wake':
        return machine.wake();
      default:
        return surface.handle(command);
    }
  });
  await machine.connect();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

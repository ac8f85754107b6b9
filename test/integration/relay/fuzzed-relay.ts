/** A relay as a process of its own for the fuzz test: prints its port, ends with its stdin. */
import { startRelay } from '../../../src/relay/server.ts';

void startRelay({ host: '127.0.0.1', port: 0, mode: 'own' }).then((relay) => {
  console.log(String(relay.port));
  process.stdin.on('end', () => void relay.close().then(() => process.exit(0)));
  process.stdin.resume();
});

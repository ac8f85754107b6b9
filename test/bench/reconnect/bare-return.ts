/** The idle baseline: a page that opens a bare WebSocket when its browser is online again, and hears one word. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { openPhone } from '../../support/phone.ts';
import { eventually } from '../../support/wait.ts';

const page = `<!doctype html><title>bare</title><p id="word">none</p><script>
  addEventListener('online', () => {
    const online = Date.now();
    new WebSocket(location.href.replace('http', 'ws')).onmessage = ({ data }) => {
      document.getElementById('word').textContent = data;
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => (window.returned = Date.now() - online);
      requestAnimationFrame(() => port1.postMessage(0));
    };
  });
</script>`;

/** Milliseconds from `online` to the word on screen, one a round. */
export async function measureBareReturn(browser: Browser, rounds: number): Promise<number[]> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(page);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send('word'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const phone = await openPhone(browser);
  try {
    const measured: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await phone.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await phone.setOffline(true);
      await phone.setOffline(false);
      measured.push(
        await eventually(
          () => phone.page.evaluate(() => (window as { returned?: number }).returned ?? null),
          { what: 'the word' },
        ),
      );
    }
    return measured;
  } finally {
    await phone.close();
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  }
}

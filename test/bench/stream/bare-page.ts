/** The idle baseline: a page that writes down what a bare WebSocket says, at the same pace and of the same words. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface BarePage {
  readonly url: string;
  /** Sends the words to every page; resolves with the time of each, ms since the Unix epoch. */
  pace(perSecond: number, count: number, first: number): Promise<number[]>;
  close(): void;
}

const page = `<!doctype html><meta charset="utf-8"><title>bare</title><div id="all"></div><script>
  const all = document.getElementById('all');
  let words;
  new WebSocket(location.href.replace('http', 'ws')).onmessage = ({ data }) => {
    if (!words || words.textContent.length > 2000) {
      words = all.appendChild(document.createElement('p'));
      words.className = 'words';
    }
    requestAnimationFrame(() => words.append(data));
  };
</script>`;

export async function serveBarePage(): Promise<BarePage> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(page);
  });
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async pace(perSecond, count, first) {
      const times: number[] = [];
      const begin = performance.now();
      for (let word = 1; word <= count; word++) {
        const wait = begin + (word * 1000) / perSecond - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        times.push(Date.now());
        for (const socket of sockets.clients) socket.send(`word${first + word - 1} `);
      }
      return times;
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Stands in for cloudflared: prints what a quick tunnel prints (cmd/cloudflared/tunnel/quick_tunnel.go, and the line of
 * the metrics server), and answers /ready. What it does is in a file beside it (tunnels.ts).
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';

const folder = dirname(process.argv[1]);
const plan = JSON.parse(readFileSync(join(folder, 'cloudflared.json'), 'utf8'));
const args = process.argv.slice(2);
const runs = appendRun();
const log = (level, text) =>
  process.stderr.write(`${new Date().toISOString().slice(0, 19)}Z ${level} ${text}\n`);

function appendRun() {
  const file = join(folder, 'cloudflared.runs');
  appendFileSync(file, `${JSON.stringify({ pid: process.pid, args })}\n`);
  return readFileSync(file, 'utf8').trim().split('\n').length;
}

function box(lines) {
  const width = Math.max(...lines.map((line) => line.length));
  const border = `+${'-'.repeat(width + 4)}+`;
  return [border, ...lines.map((line) => `|  ${line.padEnd(width)}  |`), border];
}

function stay() {
  setInterval(() => {}, 60_000);
}

const mode = plan.modes[Math.min(runs, plan.modes.length) - 1];
if (mode !== 'silent') {
  log(
    'INF',
    'Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to experiment and try it out.',
  );
  log('INF', 'Requesting new quick Tunnel on trycloudflare.com...');
}
switch (mode) {
  case 'limited':
    log(
      'ERR',
      `Error unmarshaling QuickTunnel response: error code: 1015 error="invalid character 'e' looking for beginning of value" status_code="429 Too Many Requests"`,
    );
    process.stderr.write(
      "failed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value\n",
    );
    process.exit(1);
    break;
  case 'offline':
    process.stderr.write(
      'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com: no such host\n',
    );
    process.exit(1);
    break;
  case 'silent':
    stay();
    break;
  case 'garbage':
    for (let i = 0; i < 5_000; i++)
      process.stdout.write(`\u001b[2J${Math.random()} https://evil-${i}.trycloudflare.com.evil.example/\n`);
    log('INF', '|  https://not-announced.trycloudflare.com  |');
    stay();
    break;
  default: {
    const host = plan.hosts[Math.min(runs, plan.hosts.length) - 1];
    log('INF', 'see https://lookalike.trycloudflare.com.evil.example for more');
    for (const line of box([
      'Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):',
      `https://${host}`,
    ]))
      log('INF', line);
    log(
      'INF',
      'Settings: map[no-autoupdate:true token:eyJhIjoiNDVlZGIxMDQ0MjYwNjJhYmM0ZmZkOGEzIn0 url:http://127.0.0.1]',
    );
    const server = createServer((request, response) => {
      const ready = request.url === '/ready' && mode !== 'lost';
      response
        .writeHead(ready ? 200 : 503)
        .end(JSON.stringify({ status: ready ? 200 : 503, readyConnections: ready ? 1 : 0 }));
    });
    server.listen(0, '127.0.0.1', () => {
      log('INF', `Starting metrics server on 127.0.0.1:${server.address().port}/metrics`);
      log(
        'INF',
        'Registered tunnel connection connIndex=0 connection=5d2d1c6b-6d44-4b2e-9b54-1d7f0e0c7a11 event=0 ip=198.41.200.13 location=fra08 protocol=quic',
      );
      if (mode === 'dies') setInterval(() => existsSync(join(folder, 'die')) && process.exit(1), 20);
    });
  }
}
if (mode === 'stubborn')
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
    process.on(signal, () => log('INF', `ignores ${signal}`));

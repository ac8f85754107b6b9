/** The web client and the checks of every request, over real HTTP. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { limits } from '../../../src/protocol/limits.ts';
import { startOwnRelay } from '../../../src/relay/own-relay.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Bench, makeIdentity, until, type Identity } from './kit.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function ask(port: number, path: string, options: RequestOptions & { ca?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = options.ca ? httpsRequest : httpRequest;
    const request = send({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

/** What comes back for these bytes until the other side ends. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

describe('relay: HTTP', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const folder = mkdtempSync(join(tmpdir(), 'offdesk-relay-'));
  const web = join(folder, 'web');
  const script = 'console.log("offdesk");\n'.repeat(500);
  let identity: Identity;
  before(async () => {
    identity = await makeIdentity();
    mkdirSync(join(web, 'icons'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>Offdesk</title>');
    writeFileSync(join(web, 'phone.js'), script);
    writeFileSync(join(web, 'chunk-ABCD2345.js'), script);
    writeFileSync(join(web, 'icons', 'icon.png'), Buffer.of(0x89, 0x50));
    symlinkSync(join(folder, 'secret.txt'), join(web, 'link.txt'));
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => bench.end());

  it('R21: serves the page, its files and healthz, with the strict policy', async () => {
    const { port } = await bench.relay({ webFolder: web });
    const page = await ask(port, '/');
    assert.equal(page.status, 200);
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(page.body.toString(), /Offdesk/);
    const policy = String(page.headers['content-security-policy']);
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
    ]) {
      assert.ok(policy.split('; ').includes(rule), rule);
    }
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal((await ask(port, '/icons/icon.png')).headers['content-type'], 'image/png');
    assert.equal((await ask(port, '/?x=1')).status, 200);
    const health = await ask(port, '/healthz');
    assert.deepEqual(
      [health.status, JSON.parse(health.body.toString())],
      [200, { status: 'ok', envelope: 1 }],
    );
    const head = await ask(port, '/', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body.length], [200, 0]);
    assert.equal(head.headers['content-length'], String(page.body.length));
  });

  it('R21: compresses once, as the client accepts', async () => {
    const { port } = await bench.relay({ webFolder: web });
    const get = (accepted: string) => ask(port, '/phone.js', { headers: { 'Accept-Encoding': accepted } });
    const br = await get('gzip, deflate, br');
    assert.equal(br.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(br.body).toString(), script);
    const gzip = await get('gzip;q=1.0, br;q=0');
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(gzip.body).toString(), script);
    assert.ok(br.body.length < script.length / 10);
    for (const accepted of ['', 'identity', 'brx', 'br;q=0.0, gzip;q=0']) {
      const plain = await get(accepted);
      assert.deepEqual([plain.headers['content-encoding'], plain.body.toString()], [undefined, script]);
    }
    assert.equal(br.headers.vary, 'Accept-Encoding');
    const image = await ask(port, '/icons/icon.png', { headers: { 'Accept-Encoding': 'br' } });
    assert.equal(image.headers['content-encoding'], undefined);
  });

  it('R21: hashed names are kept for good, all else is asked for again', async () => {
    const { port } = await bench.relay({ webFolder: web });
    assert.match(String((await ask(port, '/chunk-ABCD2345.js')).headers['cache-control']), /immutable/);
    for (const path of ['/', '/index.html', '/phone.js']) {
      const first = await ask(port, path);
      assert.equal(first.headers['cache-control'], 'no-cache');
      const etag = String(first.headers.etag);
      const again = await ask(port, path, { headers: { 'If-None-Match': `"x", W/${etag}` } });
      assert.deepEqual([again.status, again.body.length], [304, 0]);
      assert.ok(again.headers['content-security-policy']);
      assert.equal((await ask(port, path, { headers: { 'If-None-Match': '"x"' } })).status, 200);
    }
  });

  it('R21: no path leads out of the folder, and none is guessed', async () => {
    const { port } = await bench.relay({ webFolder: web });
    const paths = [
      ...[
        '/../secret.txt',
        '/icons/../../secret.txt',
        '/%2e%2e/secret.txt',
        '/..%2fsecret.txt',
        '//secret.txt',
      ],
      ...[
        '/icons/../index.html',
        '/./index.html',
        '/index.html/',
        '/icons',
        '/icons/',
        '/INDEX.HTML',
        '/link.txt',
      ],
      ...[
        `${web}/index.html`,
        '/..\\secret.txt',
        '/index.html%00',
        '/__proto__',
        '/constructor',
        '/v1',
        '/v1/',
      ],
      ...['/v1/hosts', 'http://evil.test/'],
    ];
    for (const path of paths) {
      const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 404 /, path);
      assert.match(answer, /\{"error":"not_found"\}$/, path);
      assert.doesNotMatch(answer, /secret/, path);
    }
  });

  it('R21: other methods, missing upgrades and broken requests get a typed status', async () => {
    const { port } = await bench.relay({ webFolder: web });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      const answer = await ask(port, '/', { method });
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD'], method);
    }
    assert.equal((await ask(port, '/v1/device')).status, 426);
    const head = 'HTTP/1.1\r\nHost: x\r\n';
    for (const [text, status] of [
      [`CONNECT x:1 ${head}\r\n`, 405],
      [`GET / ${head}X: ${'y'.repeat(limits.relayHttpHeaderBytes)}\r\n\r\n`, 431],
      ['nonsense\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\n\r\n`, 400],
      [`POST / ${head}Expect: 200-maybe\r\nContent-Length: 1\r\n\r\n`, 417],
      [`POST / ${head}Content-Length: 99999999999\r\n\r\n`, 405],
      [`GET /v1/device ${head}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`, 400],
      [`GET /v1/device ${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, 400],
      [`GET /else ${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, 404],
    ] as const) {
      assert.match(await raw(port, text), new RegExp(`^HTTP/1\\.1 ${status} `), text.slice(0, 60));
    }
  });

  it('R22: works with and without the public URL’s path', async () => {
    const publicUrl = 'https://relay.test/some/where';
    const relay = await bench.relay({ webFolder: web, publicUrl });
    assert.equal(relay.url, `${publicUrl}/`);
    for (const path of ['/', '/some/where/', '/some/where/phone.js', '/phone.js', '/some/where/healthz']) {
      assert.equal((await ask(relay.port, path)).status, 200, path);
    }
    const bare = await ask(relay.port, '/some/where');
    assert.equal(bare.status, 308);
    assert.equal(new URL(String(bare.headers.location), publicUrl).href, `${publicUrl}/`);
    for (const prefix of ['', 'some/where/']) {
      const at = { url: `http://127.0.0.1:${relay.port}/${prefix}` };
      const host = await bench.knockingHost(at, identity, { origin: 'https://relay.test' });
      await host.take('admitted');
      const device = await bench.device(at, identity.hostId, { ticket: await identity.ticket(60) });
      await device.take('open');
    }
  });

  it('R23: an embedded relay answers to its own names alone (DNS rebinding)', async () => {
    const allowed: string[] = [];
    const relay = await bench.relay({
      mode: 'embedded',
      onlyHost: identity.hostId,
      webFolder: web,
      publicUrl: 'https://box.tail.test/',
      allowedHosts: () => allowed,
    });
    const { port } = relay;
    const status = async (headers: Record<string, string>) => (await ask(port, '/', { headers })).status;
    assert.equal(await status({ Host: `127.0.0.1:${port}` }), 200);
    assert.equal(await status({ Host: `localhost:${port}` }), 200);
    assert.equal(await status({ Host: 'box.tail.test' }), 200);
    assert.equal(await status({ Host: `evil.test:${port}` }), 421);
    assert.equal(await status({ Host: `192.168.7.7:${port}` }), 421);
    allowed.push(`192.168.7.7:${port}`);
    assert.equal(await status({ Host: `192.168.7.7:${port}` }), 200);
    assert.equal(await status({ Host: `localhost:${port}`, Origin: `http://localhost:${port}` }), 200);
    assert.equal(await status({ Host: `localhost:${port}`, Origin: 'http://localhost:1' }), 403);
    assert.equal(await status({ Host: `localhost:${port}`, Origin: 'null' }), 403);

    const url = `ws://127.0.0.1:${port}/v1/device`;
    const rebound = bench.probe(url, { headers: { Host: `evil.test:${port}` } });
    await rebound.end();
    assert.equal(rebound.status, 421);
    assert.equal(await bench.probe(url, { origin: 'https://evil.test' }).end(), 'forbiddenOrigin');
    for (const origin of [`http://127.0.0.1:${port}`, 'https://box.tail.test']) {
      const by = { ticket: await identity.ticket(60) };
      await (await bench.device(relayAt(port), identity.hostId, by, { origin })).take('away');
    }
  });

  it('R24: TLS, and a page of another origin at an own relay', async () => {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ...['-keyout', key, '-out', cert],
      ],
      { stdio: 'ignore' },
    );
    const relay = await startOwnRelay({
      port: 0,
      tlsCert: cert,
      tlsKey: key,
      webFolder: web,
      log: silentLog,
    });
    bench.onEnd(() => relay.close());
    const ca = readFileSync(cert, 'utf8');
    assert.equal(relay.url, `https://127.0.0.1:${relay.port}/`);
    assert.equal((await ask(relay.port, '/', { ca })).status, 200);
    const host = await bench.knockingHost(relay, identity, { options: { ca } });
    await host.take('admitted');
    const by = { ticket: await identity.ticket(60) };
    const device = await bench.device(relay, identity.hostId, by, { ca, origin: 'https://elsewhere.test' });
    await device.take('open');
    // Plain HTTP to the TLS port costs a socket and no more.
    assert.doesNotMatch(await raw(relay.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /200/);
    await device.close();
    await until('no device', () => relay.stats.devices === 0);
  });

  it('R24: flags that do not fit are refused with a code', async () => {
    const own = { webFolder: web, log: silentLog, port: 0 };
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
    assert.equal(await code(startOwnRelay({ ...own, tlsCert: 'x' })), 'settings_invalid');
    const missing = join(folder, 'none.pem');
    assert.equal(
      await code(startOwnRelay({ ...own, tlsCert: missing, tlsKey: missing })),
      'settings_invalid',
    );
    const page = join(web, 'index.html');
    assert.equal(await code(startOwnRelay({ ...own, tlsCert: page, tlsKey: page })), 'settings_invalid');
    assert.equal(await code(startOwnRelay({ ...own, publicUrl: 'relay.test' })), 'settings_invalid');
    assert.equal(await code(startOwnRelay({ ...own, registrationToken: '' })), 'settings_invalid');
    assert.equal(await code(startOwnRelay({ ...own, webFolder: join(folder, 'none') })), 'storage_failed');
    assert.equal(await code(startOwnRelay({ ...own, host: '203.0.113.1' })), 'address_invalid');
    const { port } = await bench.relay();
    assert.equal(await code(startOwnRelay({ ...own, port })), 'port_taken');
  });
});

function relayAt(port: number): { url: string } {
  return { url: `http://127.0.0.1:${port}/` };
}

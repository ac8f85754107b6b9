/** What cloudflared and tailscale print, as it is read and as it is shown. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { QuickTunnelReader } from '../../../../src/remote/tunnel/cloudflared.ts';
import { shownLine } from '../../../../src/remote/tunnel/shown-line.ts';
import { servedPorts, tailscaleState } from '../../../../src/remote/tunnel/tailscale-status.ts';
import { ServeReader } from '../../../../src/remote/tunnel/tailscale.ts';

const created =
  '2026-01-16T08:32:58Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |';
const label = fc.stringMatching(/^[a-z][a-z0-9]{2,8}(-[a-z0-9]{1,8}){1,4}$/);

function read(lines: readonly string[]): QuickTunnelReader {
  const reader = new QuickTunnelReader();
  for (const line of lines) reader.line(line);
  return reader;
}

describe('what tunnel programs print', function () {
  this.timeout(20_000);
  it('H41: the address in the announcement is read, however wide its frame, and the first one stays', () => {
    fc.assert(
      fc.property(label, label, fc.nat(40), (name, other, width) => {
        const line = (host: string) =>
          `2026-01-16T08:32:58Z INF |  https://${host}.trycloudflare.com${' '.repeat(width)}  |`;
        assert.equal(read([created, line(name), line(other)]).address, `https://${name}.trycloudflare.com`);
      }),
    );
  });

  it('H41: where it tells whether it is connected is on loopback alone', () => {
    const at = (address: string) =>
      read([`2026-01-16T08:32:58Z INF Starting metrics server on ${address}/metrics`]).readyUrl;
    assert.equal(at('127.0.0.1:20241'), 'http://127.0.0.1:20241/ready');
    for (const other of ['10.0.0.1:20241', 'evil.example:80', '127.0.0.1:20241@evil.example', '[::]:20241'])
      assert.equal(at(other), undefined, other);
  });

  it('H46: no line but an announced one with exactly such an address counts', () => {
    const lookalikes = [
      'https://name.trycloudflare.com.evil.example',
      'https://trycloudflare.com',
      'https://api.trycloudflare.com',
      'https://evil.example/x.trycloudflare.com',
      'https://a.b.trycloudflare.com',
      'https://user@name.trycloudflare.com',
      'https://name.trycloudflare.com:8443',
      'https://name.trycloudflare.com/path',
      'http://name.trycloudflare.com',
      'https://-name.trycloudflare.com',
      'https://näme.trycloudflare.com',
    ];
    for (const url of lookalikes)
      assert.equal(read([created, `2026-01-16T08:32:58Z INF |  ${url}  |`]).address, undefined, url);
    assert.equal(read(['2026-01-16T08:32:58Z INF |  https://name.trycloudflare.com  |']).address, undefined);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 8 }), (lines) => {
        const { address } = read([created, ...lines]);
        assert.ok(address === undefined || /^https:\/\/[a-z0-9-]+\.trycloudflare\.com$/.test(address));
      }),
    );
  });

  it('H46: Tailscale must print the address that it has given this computer', () => {
    const address = 'https://studio.tail1234.ts.net:8443';
    const readServe = (lines: readonly string[]) => {
      const reader = new ServeReader(address, 8443);
      for (const line of lines) reader.line(line);
      return reader;
    };
    const available = 'Available within your tailnet:';
    assert.equal(readServe([available, '', `${address}/`, '|-- proxy http://127.0.0.1:1']).address, address);
    assert.equal(readServe([`${address}/`]).address, undefined, 'not announced');
    for (const other of [
      'https://studio.tail1234.ts.net/',
      `${address}.evil.example/`,
      `${address}/x`,
      `x ${address}/`,
    ])
      assert.equal(readServe([available, other]).address, undefined, other);
    const funnel = readServe(['Available on the internet:', '', `${address}/`]);
    assert.deepEqual(
      [funnel.address, funnel.problem?.code, funnel.hopeless],
      [undefined, 'tunnel_refused', true],
    );
  });

  it('H43: whatever Tailscale says of itself is a name with a certificate or a reason with a next step', () => {
    const running = { BackendState: 'Running', Self: { DNSName: 'Studio.tail1234.ts.net.' } };
    const ready = tailscaleState(JSON.stringify({ ...running, CertDomains: ['studio.tail1234.ts.net'] }));
    assert.deepEqual(ready, { ready: true, name: 'studio.tail1234.ts.net' });
    const codes = [
      ['', 'tunnel_failed'],
      [JSON.stringify(running), 'tunnel_https_off'],
      [JSON.stringify({ ...running, CertDomains: ['other.ts.net'] }), 'tunnel_https_off'],
      [JSON.stringify({ BackendState: 'NeedsLogin' }), 'tunnel_login_required'],
    ] as const;
    for (const [text, code] of codes) {
      const state = tailscaleState(text);
      assert.equal(state.ready ? '' : state.error.code, code, text);
    }
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.constantFrom(...codes.map(([text]) => text))),
        (text) => {
          const state = tailscaleState(text);
          assert.ok(state.ready || (state.error.message !== '' && state.error.next !== ''));
          servedPorts(text);
        },
      ),
    );
  });

  it('H42: ports that anything is served on, in the background or in the foreground, are known', () => {
    const config = { TCP: { 443: {} }, Foreground: { a: { TCP: { 8443: {} } }, b: {} }, Web: {} };
    assert.deepEqual(servedPorts(JSON.stringify(config)), new Set([443, 8443]));
    assert.deepEqual(servedPorts('{}'), new Set());
    assert.equal(servedPorts('No serve config'), undefined);
  });

  it('H47: a line is shown as one bounded line, without what could open a door', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{30,60}$/);
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(
          (text: string) => `To authenticate, visit: https://login.tailscale.com/a/${text}`,
          (text: string) => `Settings: map[token:eyJ${text} url:x]`,
          (text: string) => `--auth-key tskey-auth-${text}`,
          (text: string) => `credentials https://me:${text}@example.org/`,
          (text: string) => `secret ${text} here`,
        ),
        (text, line) => assert.equal(shownLine(line(text))?.includes(text), false),
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const line = shownLine(text);
        assert.ok(line === undefined || (line.length <= 200 && !/[\p{Cc}\p{Cf}]/u.test(line)));
      }),
    );
    assert.equal(shownLine('+-----------+'), undefined);
    const address = 'INF |  https://oklahoma-solo-younger-truck.trycloudflare.com  |';
    assert.equal(shownLine(address), address);
  });
});

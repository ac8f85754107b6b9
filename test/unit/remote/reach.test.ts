/** Reach: addresses that users give, and what each way of getting here says. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OffdeskError } from '../../../src/base/error.ts';
import { baseAddress, isLoopback } from '../../../src/remote/address.ts';
import { lanAddresses } from '../../../src/remote/lan.ts';
import { askedScope, reachInfo, reachOptions, type ReachFacts } from '../../../src/remote/reach.ts';

const facts: ReachFacts = { port: 21_000, relay: '', publicUrl: '', lan: ['192.168.1.5', 'fd00::5'] };
const invalid = { code: 'address_invalid' };

describe('remote/reach', () => {
  it('D15: an address becomes a base URL; a path prefix stays', () => {
    const good: [string, string][] = [
      ['https://relay.example.org', 'https://relay.example.org/'],
      [' https://Relay.Example.org/a/b ', 'https://relay.example.org/a/b/'],
      ['https://relay.example.org:8443/@me/', 'https://relay.example.org:8443/@me/'],
      ['http://127.0.0.1:9000', 'http://127.0.0.1:9000/'],
      ['http://localhost:9000/x', 'http://localhost:9000/x/'],
      ['http://[::1]:9000/', 'http://[::1]:9000/'],
    ];
    for (const [given, expected] of good) assert.equal(baseAddress(given, 'relay').href, expected);
  });

  it('D15: what is unprotected, ambiguous or carries secrets is refused with the next step', () => {
    const bad = [
      '',
      'relay.example.org',
      'ftp://relay.example.org',
      'javascript:alert(1)',
      'wss://relay.example.org',
      'http://relay.example.org',
      'http://192.168.1.5:9000',
      'http://127.0.0.1.example.org',
      'http://localhost.example.org',
      'https://user@relay.example.org',
      'https://:pw@relay.example.org',
      'https://@relay.example.org',
      'https://relay.example.org/?a=1',
      'https://relay.example.org/?',
      'https://relay.example.org/#a',
      'https://relay.example.org/#',
      'https://relay.example.org\\@evil.example',
      'https://rel\tay.example.org',
      'https://relay.example.org/a b',
      'https://relay\u202e.example.org',
      'https:///relay.example.org',
      'https://',
      'https://relay.example.org:99999',
      `https://relay.example.org/${'a'.repeat(3_000)}`,
    ];
    for (const given of bad) {
      assert.throws(
        () => baseAddress(given, 'tunnel'),
        (error) => error instanceof OffdeskError && error.code === 'address_invalid' && error.next !== '',
        given,
      );
    }
  });

  it('D15: any text is refused by code, or becomes a protected base URL that names what was read', () => {
    const anything = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.webUrl(),
      fc
        .tuple(fc.constantFrom('http://', 'https://'), fc.string({ unit: 'binary', maxLength: 40 }))
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(anything, (given) => {
        let url: URL;
        try {
          url = baseAddress(given, 'relay');
        } catch (error) {
          assert.ok(error instanceof OffdeskError && error.code === 'address_invalid');
          return;
        }
        assert.ok(url.protocol === 'https:' || isLoopback(url.hostname));
        assert.equal(url.username + url.password + url.search + url.hash, '');
        assert.doesNotMatch(url.href, /[?#]/);
        assert.ok(url.pathname.endsWith('/'));
        assert.equal(baseAddress(url.href, 'relay').href, url.href);
      }),
      { numRuns: 2_000 },
    );
  });

  it('D16: this computer: no phone can open it, its page is protected', () => {
    assert.deepEqual(
      { ...reachInfo('computer', facts), sentence: '' },
      {
        kind: 'computer',
        url: 'http://127.0.0.1:21000/',
        phoneCanOpen: false,
        protectedPage: true,
        sentence: '',
      },
    );
  });

  it('D16: own relay and tunnel: protected, a phone can open them unless they lead to this computer', () => {
    for (const kind of ['relay', 'tunnel'] as const) {
      const at = (url: string) => reachInfo(kind, { ...facts, relay: url, publicUrl: url });
      const outside = at('https://r.example.org/od');
      assert.deepEqual(
        [outside.url, outside.phoneCanOpen, outside.protectedPage],
        ['https://r.example.org/od/', true, true],
      );
      const inside = at('http://127.0.0.1:9000');
      assert.deepEqual([inside.phoneCanOpen, inside.protectedPage], [false, true]);
      assert.notEqual(inside.sentence, outside.sentence);
      assert.throws(() => at('http://r.example.org'), invalid);
      assert.throws(() => at(''), invalid);
    }
  });

  it('D16: same network: the best address, unprotected, scope answer', () => {
    const info = reachInfo('lan', facts);
    assert.deepEqual(
      [info.url, info.phoneCanOpen, info.protectedPage],
      ['http://192.168.1.5:21000/', true, false],
    );
    assert.equal(reachInfo('lan', { ...facts, lan: ['fd00::5'] }).url, 'http://[fd00::5]:21000/');
    assert.equal(askedScope(info.protectedPage), 'answer');
    assert.equal(askedScope(true), 'control');
    assert.throws(() => reachInfo('lan', { ...facts, lan: [] }), invalid);
  });

  it('D17: the chooser offers what is possible here, each with one sentence', () => {
    const options = reachOptions({ ...facts, publicUrl: 'https://t.example.org', lan: [] });
    assert.deepEqual(
      options.map((option) => [option.kind, option.available, option.needsUrl, option.url]),
      [
        ['computer', true, false, 'http://127.0.0.1:21000/'],
        ['relay', true, true, ''],
        ['tunnel', true, true, 'https://t.example.org/'],
        ['lan', false, false, ''],
      ],
    );
    for (const option of options) assert.ok(option.sentence.endsWith('.'));
  });

  it('D17: a bad address in the settings is shown with what is wrong, and can be corrected', () => {
    const tunnel = reachOptions({ ...facts, publicUrl: 'http://t.example.org' })[2];
    assert.ok(tunnel?.available);
    assert.equal(tunnel.url, 'http://t.example.org');
    assert.match(tunnel.sentence, /https/);
  });

  it("D18: LAN addresses: private ones only, a phone's likeliest first", () => {
    const network = (entries: [string, string, boolean?][]) => ({
      addresses: () =>
        entries.map(([name, address, internal = false]) => ({ interface: name, address, internal })),
    });
    assert.deepEqual(
      lanAddresses(
        network([
          ['lo', '127.0.0.1', true],
          ['lo', '::1', true],
          ['docker0', '172.17.0.1'],
          ['eth1', '8.8.8.8'],
          ['eth1', '2001:db8::1'],
          ['eth2', '169.254.3.4'],
          ['wlan0', 'fe80::1'],
          ['tailscale0', '100.101.1.2'],
          ['wlan0', 'fd12::7'],
          ['eth0', '10.0.0.4'],
          ['wlan0', '192.168.0.9'],
        ]),
      ),
      ['192.168.0.9', '10.0.0.4', '100.101.1.2', 'fd12::7', '172.17.0.1'],
    );
    assert.deepEqual(lanAddresses(network([])), []);
  });
});

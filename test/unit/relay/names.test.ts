/** Which Host headers, origins and paths belong to a relay. */
import assert from 'node:assert/strict';
import { Names } from '../../../src/relay/names.ts';

const embedded = (publicUrl?: string, allowed: string[] = []) =>
  new Names({
    mode: 'embedded',
    publicUrl: publicUrl ? new URL(publicUrl) : undefined,
    allowedHosts: () => allowed,
  });
const own = (publicUrl?: string) =>
  new Names({ mode: 'own', publicUrl: publicUrl ? new URL(publicUrl) : undefined, allowedHosts: () => [] });

describe('names', () => {
  it('R23: an embedded relay goes by loopback names, its public name and named hosts', () => {
    const names = embedded('https://box.tail.net/offdesk', ['192.168.1.5:4711']);
    const good = ['localhost', 'localhost:1', '127.0.0.1:4711', '[::1]:9', 'box.tail.net', 'BOX.tail.net'];
    for (const host of [...good, '192.168.1.5:4711']) assert.ok(names.isOwnHost(host), host);
    const bad = [
      'evil.test:4711',
      'localhost.evil.test',
      '127.0.0.1.evil.test',
      '192.168.1.6:4711',
      '0.0.0.0',
    ];
    for (const host of [...bad, '', 'a b', 'localhost@evil.test', 'evil.test/localhost', undefined]) {
      assert.ok(!names.isOwnHost(host), String(host));
    }
  });

  it('R23: names may change at run time', () => {
    const allowed: string[] = [];
    const names = embedded(undefined, allowed);
    assert.ok(!names.isOwnHost('10.1.2.3:80'));
    allowed.push('10.1.2.3');
    assert.ok(names.isOwnHost('10.1.2.3:80'));
  });

  it('R23: a page must be of the same origin, of the public one, or have none', () => {
    const names = embedded('https://box.tail.net/offdesk');
    assert.ok(names.isAllowedOrigin(undefined, 'localhost:1'));
    assert.ok(names.isAllowedOrigin('http://localhost:1', 'localhost:1'));
    // A tunnel that rewrites the Host header.
    assert.ok(names.isAllowedOrigin('https://box.tail.net', 'localhost:1'));
    for (const origin of [
      'http://localhost:2',
      'https://evil.test',
      'null',
      'file://',
      'http://box.tail.net',
    ]) {
      assert.ok(!names.isAllowedOrigin(origin, 'localhost:1'), origin);
    }
  });

  it('R2: a proof is for a public origin, or by what the relay is reached', () => {
    assert.ok(own('https://r.test').isOwnOrigin('https://r.test', 'evil.test'));
    assert.ok(!own('https://r.test').isOwnOrigin('https://evil.test', 'evil.test'));
    assert.ok(own().isOwnOrigin('https://r.test:8', 'r.test:8'));
    assert.ok(!own().isOwnOrigin('https://evil.test', 'r.test:8'));
    assert.ok(embedded().isOwnOrigin('http://127.0.0.1:5', '127.0.0.1:5'));
    assert.ok(!embedded().isOwnOrigin('http://evil.test', '127.0.0.1:5'));
  });

  it('R22: the public path is taken off where it arrives', () => {
    const names = own('https://r.test/a/b/');
    assert.equal(names.relativePath('/a/b/v1/host'), '/v1/host');
    assert.equal(names.relativePath('/v1/host'), '/v1/host');
    assert.equal(names.relativePath('/a/b/'), '/');
    assert.equal(names.relativePath('/a/bc'), '/a/bc');
    assert.equal(names.relativePath('/a/b'), undefined);
    assert.equal(own('https://r.test').relativePath('/x'), '/x');
  });
});

/** Links: round trips, and what is refused with which code. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import QRCode from 'qrcode';
import { fromBase64Url, toBase64Url, toHex } from '../../../src/base/bytes.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import {
  baseUrl,
  decodeInvite,
  encodeInvite,
  encodeSessionLink,
  newSecret,
  pskOf,
  readLink,
  slotOf,
  type Invite,
} from '../../../src/channel/invite.ts';
import { slotIdSchema } from '../../../src/protocol/envelope.ts';

const page = 'https://offdesk.example.org/deep/prefix/';
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const invite = (relay = page): Invite => ({
  hostId: toBase64Url(randomBytes(32)),
  hostKey: new Uint8Array(randomBytes(32)),
  secret: newSecret(),
  relay,
});
const invalid = { code: 'invite_invalid' };

describe('C20: the invite', () => {
  it('C20: comes back as it was, with the relay wherever it is', () => {
    const relays = fc.constantFrom(page, 'https://relay.test:8443/', 'http://192.168.1.20:4000/x/');
    fc.assert(
      fc.property(bytes(32), bytes(32), bytes(16), relays, (host, hostKey, secret, relay) => {
        const whole = { hostId: toBase64Url(host), hostKey, secret, relay };
        assert.deepEqual(decodeInvite(encodeInvite(page, whole)), whole);
        assert.deepEqual(decodeInvite(` ${encodeInvite(`${page}index.html?q=1#old`, whole)}\n`), whole);
      }),
    );
  });

  it('C20: everything secret is in the fragment, and the QR stays small', () => {
    const whole = invite();
    const link = encodeInvite(page, whole);
    const [before, fragment] = link.split('#');
    assert.equal(before, page);
    assert.ok(fragment!.length <= 110);
    const far = encodeInvite(page, invite('https://another-relay.example.net:8443/with/a/prefix/'));
    for (const text of [link, far]) {
      assert.ok(QRCode.create(text, { errorCorrectionLevel: 'L' }).version <= 10);
    }
    assert.ok(QRCode.create(link, { errorCorrectionLevel: 'L' }).version <= 7);
  });

  it('C20: anything else is refused with a code and a next step', () => {
    const link = encodeInvite(page, invite());
    const fragment = link.slice(link.indexOf('#i=') + 3);
    const raw = fromBase64Url(fragment);
    const bad = [
      '',
      'no link',
      page,
      `${page}#`,
      `${page}#i=`,
      link.slice(0, -1),
      `${link}A`,
      `${link}&r=javascript:alert(1)`,
      `${link}&r=ws://relay.test/`,
      `${link}&r=`,
      link.replace('https:', 'ftp:'),
      link.replace('https://', 'https://user:pass@'),
      `${page}#i=${toBase64Url(raw.slice(0, 80))}`,
      `${page}#i=${toBase64Url(Uint8Array.of(0, ...raw.slice(1)))}`,
      `${page}#i=${fragment.replace(/^./, '+')}`,
      encodeSessionLink(page, { hostId: invite().hostId, sessionId: 's' }),
      link + ' '.repeat(3_000),
    ];
    for (const text of bad) {
      assert.throws(
        () => decodeInvite(text),
        (error) => error instanceof OffdeskError && error.code === 'invite_invalid' && error.next !== '',
        text,
      );
    }
    const newer = `${page}#i=${toBase64Url(Uint8Array.of(2, ...raw.slice(1)))}`;
    assert.throws(() => decodeInvite(newer), { code: 'version_mismatch' });
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const each of [text, `${page}#${text}`, `${page}#i=${text}`]) {
          assert.throws(() => decodeInvite(each), { name: 'OffdeskError' });
        }
      }),
    );
  });

  it('C20: an address that is none is refused', () => {
    for (const text of ['', 'relay', 'ftp://x/', 'https://a:b@x/']) {
      assert.throws(() => baseUrl(text), { code: 'address_invalid' });
    }
    assert.equal(baseUrl('https://X.example/a/b?c#d'), 'https://x.example/a/b/');
  });
});

describe('C21: what is derived from the secret', () => {
  it('C21: slot and key are stable, apart, and tell nothing of each other', () => {
    const secret = Uint8Array.from({ length: 16 }, (_, i) => i);
    assert.equal(slotOf(secret), slotOf(secret.slice()));
    assert.ok(slotIdSchema.safeParse(slotOf(secret)).success);
    assert.equal(pskOf(secret).length, 32);
    assert.notEqual(toHex(pskOf(secret)).slice(0, 32), toHex(fromBase64Url(slotOf(secret))));
    const all = new Set(Array.from({ length: 50 }, () => slotOf(newSecret())));
    assert.equal(all.size, 50);
  });
});

describe('C22: the session link', () => {
  it('C22: names host and session and nothing more', () => {
    const { hostId } = invite();
    const link = encodeSessionLink(page, { hostId, sessionId: 'a/b c&d' });
    assert.deepEqual(readLink(link), { kind: 'session', hostId, sessionId: 'a/b c&d' });
    assert.deepEqual(readLink(page), { kind: 'none' });
    assert.deepEqual(readLink(`${page}#`), { kind: 'none' });
    for (const text of [
      `${page}#h=short&s=x`,
      `${page}#h=${hostId}`,
      `${page}#h=${hostId}&s=${'x'.repeat(129)}`,
    ]) {
      assert.throws(() => readLink(text), invalid);
    }
  });
});

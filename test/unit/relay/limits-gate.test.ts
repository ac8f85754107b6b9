/** Counters, buckets and how addresses are counted. */
import assert from 'node:assert/strict';
import { addressKey, Counts, isLoopback, TokenBucket } from '../../../src/relay/limits-gate.ts';

describe('limits gate', () => {
  it('R19: counts by key and in all, and gives back once', () => {
    const counts = new Counts();
    const first = counts.take('a');
    counts.take('a');
    counts.take('b');
    assert.deepEqual([counts.of('a'), counts.of('b'), counts.of('c'), counts.total], [2, 1, 0, 3]);
    first.dispose();
    first.dispose();
    assert.deepEqual([counts.of('a'), counts.total], [1, 2]);
  });

  it('R19: IPv6 is counted by /64, IPv4 in IPv6 as IPv4', () => {
    assert.equal(addressKey('10.0.0.1'), '10.0.0.1');
    assert.equal(addressKey('::ffff:10.0.0.1'), '10.0.0.1');
    assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
    assert.equal(addressKey('2001:db8:1:2::9'), '2001:db8:1:2::/64');
    assert.equal(addressKey('2001:db8::9'), '2001:db8:0:0::/64');
    assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.ok(isLoopback(addressKey('::1')) && isLoopback(addressKey('127.0.0.1')));
    assert.ok(!isLoopback(addressKey('2001:db8::1')) && !isLoopback(addressKey('10.127.0.1')));
    assert.equal(addressKey(undefined), 'unknown');
  });

  it('R16: a bucket gives a burst of one second, then its rate', () => {
    const bucket = new TokenBucket(10, 0);
    for (let i = 0; i < 10; i++) assert.equal(bucket.take(0), 0);
    assert.equal(bucket.take(0), 100);
    assert.equal(bucket.take(0), 200);
    assert.equal(bucket.take(300), 0);
    assert.equal(bucket.take(10_000), 0);
  });
});

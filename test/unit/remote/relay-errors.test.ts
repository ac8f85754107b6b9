/** Which ends of the relay's connection are for good. */
import assert from 'node:assert/strict';
import { closeCodes } from '../../../src/protocol/envelope.ts';
import { closeError } from '../../../src/remote/relay-errors.ts';

describe('remote/relay-errors', () => {
  const end = (reason: string) => closeError(closeCodes.unauthorized.code, reason, 'https://relay.test/');

  it('a refusal is for good', () => {
    assert.deepEqual([end('proof').retry, end('registration').retry], [false, false]);
    assert.equal(end('proof').error.code, 'relay_refused');
  });

  it('a computer that slept while it was asked who it is tries again', () => {
    const { retry, error } = end('no admission in time');
    assert.deepEqual([retry, error.code], [true, 'relay_unreachable']);
  });
});

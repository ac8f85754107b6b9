/** A "y" at the command line is for the device whose digits were shown, whoever else comes meanwhile. */
import assert from 'node:assert/strict';
import { AskedPairing } from '../../../src/cli/asked-pairing.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';

const waiting = (...ids: string[]): HostStatus =>
  ({
    pairings: ids.map((id) => ({ id, device: id, code: '123456', scope: 'view', protectedPage: true })),
  }) as unknown as HostStatus;

describe('asked pairing', () => {
  it('shows one request at a time, and the next when that is over', () => {
    const asked = new AskedPairing();
    assert.equal(asked.next(waiting()), undefined);
    assert.equal(asked.id, '');
    assert.equal(asked.next(waiting('one'))?.id, 'one');
    assert.equal(asked.next(waiting('one')), undefined);
    // A second device asks: it is not shown, and no answer goes to it.
    assert.equal(asked.next(waiting('one', 'two')), undefined);
    assert.equal(asked.id, 'one');
    assert.equal(asked.next(waiting('two'))?.id, 'two');
    assert.equal(asked.id, 'two');
    assert.equal(asked.next(waiting()), undefined);
    assert.equal(asked.id, '');
  });
});

/** The terminal's connection to a host: what a refused request says. */
import assert from 'node:assert/strict';
import { HostLink } from '../../../src/host/desk/host-link.ts';
import { transportPair } from '../../support/transport-pair.ts';

describe('cli: the connection to the host', () => {
  it('Q5: a refusal has its code, its next step, and the field that is wrong', async () => {
    const [near, far] = transportPair();
    const link = new HostLink(near, { notification: () => {}, ended: () => {} });
    far.onMessage((text) => {
      const { id } = JSON.parse(text) as { id: number };
      const offdesk = { code: 'answer_invalid', message: 'No address.', next: 'Change it.', field: 'email' };
      far.send(
        JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: '', data: { offdesk } } }),
      );
    });
    await assert.rejects(link.request('any', {}), {
      code: 'answer_invalid',
      next: 'Change it.',
      field: 'email',
    });
    link.close();
  });
});

/** The page's own end of ACP: what it asks for, what it is told, and what it can't read. */
import assert from 'node:assert/strict';
import type { ErrorShape } from '../../../src/base/error.ts';
import { openLink, type Arrivals } from '../../../src/web/client/acp-link.ts';
import { transportPair } from '../../support/transport-pair.ts';

const nothing: Arrivals = { notification: () => undefined, resumed: () => undefined };

/** A link, and what its other end sees. */
function linked(arrivals: Partial<Arrivals> = {}) {
  const [near, far] = transportPair();
  const sent: Record<string, unknown>[] = [];
  far.onMessage((text) => sent.push(JSON.parse(text) as Record<string, unknown>));
  const link = openLink(near, { ...nothing, ...arrivals });
  const ended = new Promise<ErrorShape | undefined>((resolve) => link.onClose(resolve));
  const say = (message: unknown) => far.send(JSON.stringify(message));
  return { link, far, sent, say, ended };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('web: the page’s end of ACP', () => {
  it('what arrives is taken in its order, the place of a resumed session among it', async () => {
    const seen: unknown[] = [];
    const { link, sent, say } = linked({
      notification: (_, params) => seen.push(params),
      resumed: (id, { from }) => seen.push({ resumed: id, from }),
    });
    const asked = link.request('session/resume', { sessionId: 's' }).then(() => seen.push('answered'));
    await turn();
    const offdesk = { head: { epoch: 'an-epoch-1', seq: 2 }, from: 1, reset: false };
    say({ jsonrpc: '2.0', method: 'session/update', params: { at: 1 } });
    say({ jsonrpc: '2.0', id: sent[0]!.id, result: { _meta: { offdesk } } });
    await asked;
    say({ jsonrpc: '2.0', method: 'session/update', params: { at: 2 } });
    await turn();
    assert.deepEqual(seen, [{ at: 1 }, { resumed: 's', from: 1 }, 'answered', { at: 2 }]);
  });

  it('an error is the host’s own, and the end of the connection that of each request', async () => {
    const { link, far, sent, say } = linked();
    const refused = link.request('session/prompt', {});
    const waiting = link.request('session/list', {});
    await turn();
    const data = { offdesk: { code: 'session_limit', message: 'No room.', next: 'Close one.' } };
    say({ jsonrpc: '2.0', id: sent[0]!.id, error: { code: -32000, message: 'No room.', data } });
    await assert.rejects(refused, { code: 'session_limit', next: 'Close one.' });
    far.close();
    await assert.rejects(waiting, { code: 'closed' });
    await assert.rejects(link.request('session/list', {}), { code: 'closed' });
  });

  it('answers that nobody waits for are nothing, and a request is refused', async () => {
    const { sent, say } = linked();
    say({ jsonrpc: '2.0', id: 99, result: {} });
    say({ jsonrpc: '2.0', id: 'x', method: 'fs/read_text_file', params: {} });
    await turn();
    assert.equal(sent.length, 1);
    assert.deepEqual([sent[0]!.id, (sent[0]!.error as { code: number }).code], ['x', -32601]);
  });

  for (const text of ['{', 'null', '1', '"words"'])
    it(`what is no message ends it: ${text}`, async () => {
      const { far, ended } = linked();
      far.send(text);
      assert.equal((await ended)?.code, 'frame_invalid');
    });

  it('a flaw of the page is not told as one of the computer', async () => {
    const { say, ended } = linked({
      notification: () => {
        throw new TypeError('undefined is not a session');
      },
    });
    say({ jsonrpc: '2.0', method: 'session/update', params: {} });
    const { code, message } = (await ended)!;
    assert.deepEqual([code, message], ['internal', 'undefined is not a session']);
  });
});

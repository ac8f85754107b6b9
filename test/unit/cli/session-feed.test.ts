/** A session that is followed while its journal is replaced by another one. */
import assert from 'node:assert/strict';
import { HostLink } from '../../../src/host/desk/host-link.ts';
import { SessionFeed } from '../../../src/cli/client/session-feed.ts';
import { pipe } from '../../../src/host/desk/pipe.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { toNotification, type Cursor } from '../../../src/protocol/facts.ts';
import { methods } from '../../../src/protocol/methods.ts';
import type { MessageTransport } from '../../../src/protocol/transport.ts';
import { eventually } from '../../support/wait.ts';

/** A host with one session, which sends the last fact of a journal that the client does not know. */
class OneSession {
  epoch = 'one';
  facts = 3;

  serve(transport: MessageTransport): void {
    const send = (message: object) => transport.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
    transport.onMessage((text) => {
      const { id, method, params } = JSON.parse(text) as { id?: number; method: string; params: Params };
      if (method === methods.history) return send({ id, result: { updates: [], from: null, next: null } });
      if (method !== 'session/resume') return;
      const { after, tail = 1 } = params._meta.offdesk;
      const reset = after !== undefined && after.epoch !== this.epoch;
      const from = after && !reset ? after.seq : this.facts - tail;
      const head = { epoch: this.epoch, seq: this.facts };
      send({ id, result: { _meta: { offdesk: { head, from: null, reset } } } });
      for (let seq = from + 1; seq <= this.facts; seq++) {
        const update = { sessionUpdate: 'agent_message_chunk', said: `${this.epoch} ${seq}` };
        const fact = { seq, at: seq, origin: { kind: 'agent' as const }, update };
        send({ method: 'session/update', params: toNotification('s', fact) });
      }
    });
  }
}

interface Params {
  _meta: { offdesk: { after?: Cursor; tail?: number } };
}

describe('L27: a session that is followed', () => {
  for (const from of ['beginning', { tail: 1 }] as const) {
    it(`L27: ${from === 'beginning' ? 'whole: all of' : 'by its end: the end of'} another journal follows, once`, async () => {
      const host = new OneSession();
      const seen: string[] = [];
      const feed = new SessionFeed({
        ...{ sessionId: 's', clock: systemClock, gone: () => {} },
        port: {
          from,
          take: ({ update }) => void seen.push(String(update['said'])),
          reset: () => void seen.push('reset'),
        },
      });
      const connect = (): void => {
        const [here, there] = pipe();
        host.serve(there);
        feed.attach(
          new HostLink(here, { notification: (method, params) => feed.notified(method, params), ended() {} }),
        );
      };
      connect();
      const first = from === 'beginning' ? ['one 1', 'one 2', 'one 3'] : ['one 3'];
      await eventually(() => seen.length === first.length, { what: 'the first journal' });
      host.facts = 4;
      connect();
      await eventually(() => seen.length === first.length + 1, { what: 'what came meanwhile' });
      host.epoch = 'two';
      host.facts = 2;
      connect();
      const second = from === 'beginning' ? ['two 1', 'two 2'] : ['two 2'];
      const all = [...first, 'one 4', 'reset', ...second];
      await eventually(() => seen.length === all.length, { what: 'the second journal' });
      assert.deepEqual(seen, all);
      assert.equal(await feed.head(), 2);
      feed.dispose();
    });
  }
});

/** What is told of terminals and what they put out: past the queues of all that has an answer. */
import assert from 'node:assert/strict';
import { methods, type Scope } from '../../../src/protocol/methods.ts';
import type { TerminalDirectory, TerminalTold } from '../../../src/session/terminal-port.ts';
import { eventually } from '../../support/wait.ts';
import { setup } from './downstream-kit.ts';

interface Message {
  id?: number;
  method?: string;
  params?: { at: number };
}

describe('terminals of a client', () => {
  const { input, resize, ack, output } = methods.terminal;

  async function served(scope: Scope = 'control') {
    const done: string[] = [];
    const views: TerminalTold[] = [];
    const terminals: TerminalDirectory = {
      rows: () => [],
      open: () => Promise.resolve('t1'),
      view(_id, _by, told) {
        views.push(told);
        const first = { at: 0, cols: 80, rows: 24, screen: '' };
        return { first, start: () => done.push('start'), ack: (at) => done.push(`ack ${at}`), dispose() {} };
      },
      input: (_id, data) => void done.push(data),
      resize: (_id, { cols, rows }) => done.push(`${cols}x${rows}`),
      close: () => Promise.resolve(),
    };
    const near = setup({ terminals }).serve('a', scope);
    const heard: Message[] = [];
    const greeted = new Promise<void>((resolve) =>
      near.onMessage((text) => {
        const message = JSON.parse(text) as Message;
        if (message.id === 0) resolve();
        else heard.push(message);
      }),
    );
    const send = (method: string, params: object, id?: number) =>
      near.send(JSON.stringify({ jsonrpc: '2.0', method, params, ...(id !== undefined && { id }) }));
    send(input, { id: 't1', data: 'before it said hello' });
    send('initialize', { protocolVersion: 1, clientCapabilities: {} }, 0);
    await greeted;
    const attach = async () => {
      send(methods.terminal.attach, { id: 't1' }, 7);
      return eventually(() => views[0], { what: 'the view', everyMs: 1 });
    };
    return { done, heard, send, attach };
  }

  it('O14: keys, sizes and acknowledgements are handled as they arrive, in order and without an answer (C13)', async () => {
    const { done, heard, send, attach } = await served();
    await attach();
    await eventually(() => done.length === 1, { what: 'the start', everyMs: 1 });
    send(input, { id: 't1', data: 'as a request' }, 8);
    send(input, { id: 't1', data: 'a' });
    send(resize, { id: 't1', cols: 40, rows: 20 });
    send(input, { id: 't1', data: 'b' });
    send(ack, { id: 't1', at: 3 });
    // One turn for each message of this transport, and none more.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    assert.deepEqual(done.slice(1, 5), ['a', '40x20', 'b', 'ack 3']);
    await eventually(() => heard.some(({ id }) => id === 8), { what: 'the answer', everyMs: 1 });
    assert.deepEqual(done.slice(5), ['as a request']);
    assert.deepEqual(
      heard.flatMap(({ id }) => id ?? []),
      [7, 8],
    );
  });

  it('O14: what is not the client’s to send, or malformed, does nothing, and the connection goes on', async () => {
    for (const scope of ['view', 'answer'] as const) {
      const { done, heard, send, attach } = await served(scope);
      send(input, { id: 't1', data: 'never' });
      send(resize, { id: 't1', cols: 40, rows: 20 });
      send(ack, { id: 't1', at: -1 });
      send(input, { id: 't1' });
      await attach();
      await eventually(() => heard.length === 1 && done.length === 1, { what: 'the screen', everyMs: 1 });
      assert.deepEqual(done, ['start']);
      assert.equal(heard[0]!.id, 7);
    }
  });

  it('O14: output goes at once', async () => {
    const { heard, attach } = await served();
    const view = await attach();
    await eventually(() => heard.length === 1, { what: 'the screen', everyMs: 1 });
    view.output({ at: 1, data: 'x' });
    await Promise.resolve();
    assert.equal(heard[1]?.method, output);
  });
});

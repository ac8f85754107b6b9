/** Tabs of shared terminals in the real VS Code, with a host that the test plays: its connection ends, and comes back. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RemoteHost } from '../../src/host/api.ts';
import { DeskTerminals } from '../../src/host/desk/desk-terminals.ts';
import { methods } from '../../src/protocol/methods.ts';
import type { TerminalRow } from '../../src/protocol/terminals.ts';
import type { MessageTransport } from '../../src/protocol/transport.ts';
import type { Desk } from '../../src/vscode/desk.ts';
import { TerminalTabs } from '../../src/vscode/terminal-tabs.ts';
import { eventually } from '../support/wait.ts';

interface Asked {
  id?: number;
  method?: string;
  params: { id?: string; data?: string };
}

const row = (id: string): TerminalRow => ({
  ...{ id, name: id, cwd: '/', cols: 80, rows: 24, sizedBy: null, running: true },
});

/** As far as a tab needs one. */
class PlayedHost {
  rows: TerminalRow[] = [];
  attached: string[] = [];
  typed = '';
  connections = 0;
  #transport: MessageTransport | undefined;

  connectDesk(transport: MessageTransport) {
    this.#transport = transport;
    this.connections++;
    transport.onMessage((text) => {
      const { id, method, params } = JSON.parse(text) as Asked;
      if (method === methods.terminal.attach) this.attached.push(params.id ?? '');
      if (method === methods.terminal.input) this.typed += params.data;
      const screen = { at: 0, cols: 80, rows: 24, screen: 'as it is' };
      if (id !== undefined) this.#send({ id, result: method === methods.terminal.attach ? screen : {} });
      if (method === 'initialize') this.tell();
    });
    return { dispose: () => transport.close() };
  }

  tell(rows = this.rows): void {
    this.rows = rows;
    const you = { name: 'the desk', scope: 'control' };
    const state = { host: { name: '', build: '' }, you, sessions: [], others: [], terminals: rows };
    this.#send({ method: methods.state, params: state });
  }

  end(): void {
    this.#transport?.close();
  }

  #send(message: object): void {
    this.#transport?.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }
}

describe('tabs of shared terminals', () => {
  let host: PlayedHost;
  let tabs: TerminalTabs;
  const tab = (name: string) => vscode.window.terminals.find((one) => one.name === name);
  const shown = (name: string) => eventually(() => tab(name), { what: `the tab of ${name}` });
  const gone = (name: string) => eventually(() => !tab(name), { what: `the tab of ${name} to be gone` });
  const attachments = (count: number) =>
    eventually(() => host.attached.length === count, {
      what: `${count} attachments, not ${host.attached.length}`,
    });

  beforeEach(() => {
    host = new PlayedHost();
    const desk = { host: () => Promise.resolve(host as unknown as RemoteHost) } as unknown as Desk;
    tabs = new TerminalTabs({ desk, connect: (at) => Promise.resolve(new DeskTerminals(at)) });
    tabs.follow();
  });
  afterEach(() => {
    tabs.dispose();
    for (const one of vscode.window.terminals) one.dispose();
  });

  it('O24: a tab whose connection to the host ended comes back with the next, and takes keys', async () => {
    host.rows = [row('kept')];
    const before = await shown('kept');
    await attachments(1);
    host.end();
    await attachments(2);
    assert.equal(host.connections, 2);
    assert.equal(tab('kept'), before);
    before.sendText('still', false);
    await eventually(() => host.typed === 'still', { what: 'what was typed' });
  });

  it('O24: one that is over by then says so, and goes with a key', async () => {
    host.rows = [row('over')];
    const before = await shown('over');
    await attachments(1);
    host.rows = [];
    host.end();
    await eventually(() => host.connections === 2, { what: 'the next connection' });
    // Its rows are there before this terminal's.
    host.tell([row('later')]);
    await shown('later');
    assert.equal(tab('over'), before);
    before.sendText('x', false);
    await gone('over');
    assert.equal(host.typed, '');
  });

  it('O24: a tab that was closed here stays away as long as its program runs, and no longer is remembered', async () => {
    host.rows = [row('closed')];
    (await shown('closed')).dispose();
    await gone('closed');
    host.tell([row('closed'), { ...row('make'), agent: true }, row('other')]);
    await shown('other');
    assert.deepEqual([tab('closed'), tab('make')], [undefined, undefined]);
    host.tell([row('other')]);
    // Its number is nobody's by then.
    host.tell([row('other'), row('closed')]);
    await shown('closed');
  });
});

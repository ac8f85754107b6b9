/** A terminal followed by a page: over connections that come and go, and its keys. */
import assert from 'node:assert/strict';
import { signal } from '@preact/signals';
import type { Terminal } from '@xterm/xterm';
import * as headless from '@xterm/headless';
import { Emitter } from '../../../src/base/emitter.ts';
import { methods } from '../../../src/protocol/methods.ts';
import type { TerminalScreen } from '../../../src/protocol/terminals.ts';
import type { Phase } from '../../../src/web/client/host-client.ts';
import { TerminalFeed, type FeedHost } from '../../../src/web/terminal/feed.ts';
import { inert } from '../../../src/web/terminal/inert.ts';
import { addressesIn, webUrl } from '../../../src/web/terminal/links.ts';
import { linesOf, pasteable } from '../../../src/web/terminal/paste.ts';
import { sequenceOf, withCtrl } from '../../../src/web/terminal/keys.ts';

/** A host by hand: each attach waits for `answer`. */
class Host {
  readonly phase = signal<Phase>({ kind: 'ready' });
  readonly #news = new Emitter<{ method: string; params: unknown }>();
  readonly news = this.#news.event;
  readonly acks: unknown[] = [];
  readonly asked: string[] = [];
  answer: (screen: TerminalScreen) => void = () => {};

  request<Result>(method: string): Promise<Result> {
    this.asked.push(method);
    return new Promise((resolve) => (this.answer = (screen) => resolve(screen as Result)));
  }
  notify(_method: string, params: unknown): void {
    this.acks.push((params as { at: number }).at);
  }
  output(at: number, data: string, size?: { cols: number; rows: number }): void {
    this.#news.fire({
      method: methods.terminal.output,
      params: { id: 't', at, data, ...(size && { size }) },
    });
  }
}

/** What a reader sees: all parsed at once unless `parsed` is kept. */
class Shown {
  text = '';
  sizes: string[] = [];
  readonly screen = {
    anew: ({ screen, cols, rows }: TerminalScreen, parsed: () => void) => {
      this.text = screen;
      this.sizes.push(`${cols}x${rows}`);
      parsed();
    },
    output: (
      output: { data: string; size?: { cols: number; rows: number } | undefined },
      parsed: () => void,
    ) => {
      this.text += output.data;
      if (output.size) this.sizes.push(`${output.size.cols}x${output.size.rows}`);
      parsed();
    },
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const first = (at: number, screen: string): TerminalScreen => ({ at, screen, cols: 80, rows: 24 });

describe('web: a terminal that is followed', () => {
  let host: Host;
  let shown: Shown;
  let feed: TerminalFeed;

  beforeEach(async () => {
    host = new Host();
    shown = new Shown();
    feed = new TerminalFeed(host as unknown as FeedHost, 't', shown.screen);
    await turn();
  });
  afterEach(() => feed.dispose());

  it('O20: what overtakes the answer to attach waits for it, and nothing comes twice', async () => {
    host.output(5, 'early');
    host.answer(first(3, 'abc'));
    await turn();
    host.output(5, 'again');
    host.output(8, '-on');
    assert.equal(shown.text, 'abcearly-on');
    assert.deepEqual(host.acks, [3, 5, 8]);
  });

  it('O20: a size alone ends where the data before it did, and is taken', async () => {
    host.answer(first(3, 'abc'));
    await turn();
    host.output(3, '', { cols: 40, rows: 12 });
    assert.deepEqual(shown.sizes, ['80x24', '40x12']);
  });

  it('O20: after a lost connection it starts with the screen as it is then', async () => {
    host.answer(first(3, 'abc'));
    await turn();
    host.phase.value = { kind: 'apart' };
    host.output(6, 'no');
    assert.equal(feed.state.value, 'apart');
    host.phase.value = { kind: 'ready' };
    host.answer(first(9, 'all of it'));
    await turn();
    host.output(12, '...');
    assert.equal(shown.text, 'all of it...');
    assert.deepEqual(host.asked.filter((method) => method === methods.terminal.attach).length, 2);
  });
});

describe('web: keys that a phone lacks', () => {
  it('O21: arrows as the program wants them, with Ctrl, and control characters', () => {
    assert.equal(sequenceOf('up', false, false), '\u001b[A');
    assert.equal(sequenceOf('up', false, true), '\u001bOA');
    assert.equal(sequenceOf('left', true, true), '\u001b[1;5D');
    assert.equal(sequenceOf('escape', false, false), '\u001b');
    assert.equal(sequenceOf('pipe', false, false), '|');
    assert.deepEqual([...'cdz[ '].map(withCtrl), ['\u0003', '\u0004', '\u001a', '\u001b', '\u0000']);
    assert.equal(withCtrl('a whole word'), 'a whole word');
    assert.equal(withCtrl('é'), 'é');
  });
});

describe('web: addresses in a terminal, and what is pasted into it', () => {
  it('O23: an address ends before what only ends its sentence, and leads to the web alone', () => {
    const urls = (text: string) => addressesIn(text).map(({ url }) => url);
    assert.deepEqual(urls('see https://a.example/x.'), ['https://a.example/x']);
    assert.deepEqual(urls('(http://a.example/y_(z)), or "https://b.example?q=1&r=[2]"!'), [
      'http://a.example/y_(z)',
      'https://b.example?q=1&r=[2]',
    ]);
    assert.deepEqual(urls('在 https://a.example/路径。以及'), ['https://a.example/路径']);
    assert.deepEqual(urls('file:///etc/passwd javascript:alert(1) https:// http://'), []);
    assert.equal(addressesIn('at https://a.example')[0]?.at, 3);
    for (const other of ['file:///x', 'javascript:1', 'vscode://x', 'no address'])
      assert.equal(webUrl(other), undefined);
  });

  it('O21: a paste is text and lines, without what a program would take for keys', () => {
    assert.equal(pasteable('a\u001b[201~\u0003b\tc\r\nd\u009b1mé漢'), 'a[201~b\tc\r\nd1mé漢');
    assert.deepEqual(linesOf('one'), ['one']);
    assert.deepEqual(linesOf('one\r\n'), ['one']);
    assert.deepEqual(linesOf('one\r\ntwo\rthree\n\n'), ['one', 'two', 'three', '']);
  });
});

describe('web: what a program may not do with a viewer’s terminal', () => {
  it('O22, O23: nothing is answered, and titles and the clipboard are nobody’s', async () => {
    const term = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    inert(term as unknown as Terminal);
    const said: string[] = [];
    term.onData((data) => said.push(data));
    term.onTitleChange((title) => said.push(title));
    const asked = ['[c', '[>c', '[=c', '[5n', '[6n', '[?6n', '[?25$p', '[4$p', '[>q', '[18t', 'P$qm\u001b\\'];
    const told = [
      ']0;title\u0007',
      ']2;title\u0007',
      ']52;c;aGk=\u0007',
      ']10;?\u0007',
      ']11;?\u0007',
      ']4;1;?\u0007',
    ];
    for (const sequence of [...asked, ...told]) {
      await new Promise<void>((resolve) => term.write(`\u001b${sequence}`, resolve));
    }
    assert.deepEqual(said, []);
    await new Promise<void>((resolve) => term.write('plain', resolve));
    assert.equal(term.buffer.active.getLine(0)?.translateToString(true), 'plain');
    term.dispose();
  });
});

/** The webview's pipe and page. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ErrorShape } from '../../../src/base/error.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { webviewPage } from '../../../src/vscode/webview-page.ts';
import { beginsConnection, WebviewTransport } from '../../../src/vscode/webview-transport.ts';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('webview transport', () => {
  it('V8: what came before the host was there arrives in order, not before the turn ended', async () => {
    const transport = new WebviewTransport(() => {});
    transport.receive('1');
    transport.receive({ not: 'text' });
    transport.receive(7);
    transport.receive('2');
    transport.open();
    transport.receive('3');
    const got: string[] = [];
    transport.onMessage((text) => got.push(text));
    assert.deepEqual(got, []);
    await nextTurn();
    transport.receive('4');
    assert.deepEqual(got, ['1', '2', '3', '4']);
  });

  it('V8: closes once; afterwards nothing goes either way', async () => {
    const sent: string[] = [];
    const ends: (ErrorShape | undefined)[] = [];
    const got: string[] = [];
    const transport = new WebviewTransport((text) => sent.push(text));
    transport.onClose((reason) => ends.push(reason));
    transport.onMessage((text) => got.push(text));
    transport.send('a');
    transport.receive('early');
    transport.open();
    transport.close();
    transport.close();
    transport.send('b');
    transport.receive('late');
    await nextTurn();
    assert.deepEqual(sent, ['a']);
    assert.deepEqual(ends, [undefined]);
    assert.deepEqual(got, []);
    assert.equal(transport.closed, true);
  });

  it('V8: what waits for the host is bounded', () => {
    const transport = new WebviewTransport(() => {});
    const ends: (string | undefined)[] = [];
    transport.onClose((reason) => ends.push(reason?.code));
    const half = 'x'.repeat(limits.messageBytes / 2);
    transport.receive(half);
    transport.receive(half);
    assert.deepEqual(ends, []);
    transport.receive('x');
    assert.deepEqual(ends, ['message_too_large']);
  });

  it('V8: only the request `initialize` begins a connection', () => {
    assert.equal(beginsConnection('{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}'), true);
    assert.equal(beginsConnection('{"method":"session/prompt","params":{"text":"\\"initialize\\""}}'), false);
    assert.equal(beginsConnection('{"params":{"method":"initialize"},"method":"x"}'), false);
    assert.equal(beginsConnection('"initialize"'), false);
    assert.equal(beginsConnection('"initialize'), false);
  });
});

describe('webview page', () => {
  const page = (parts: Partial<Parameters<typeof webviewPage>[0]> = {}) =>
    webviewPage({
      source: 'https://resources.example',
      nonce: 'abc',
      script: 'https://resources.example/webview.js',
      style: 'https://resources.example/webview.css',
      title: 'Offdesk',
      language: 'en',
      ...parts,
    });

  it('V7: one module script with the nonce, nothing inline, a policy that begins with none', () => {
    const html = page();
    assert.match(html, /content="default-src 'none'; script-src 'nonce-abc' https:\/\/resources\.example;/);
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, /<script type="module" nonce="abc" src="[^"]+"><\/script>/);
    assert.doesNotMatch(html, /unsafe-|<style|style="| on\w+=/);
  });

  it('V7: nothing that is put in can leave its attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const html = page({ title: text, language: text, script: text, style: text });
        assert.equal(html.match(/<script/g)?.length, 1);
        assert.equal(html.match(/</g)?.length, page().match(/</g)?.length);
      }),
    );
    assert.doesNotMatch(page({ language: '"><script>' }), /"><script>/);
  });
});

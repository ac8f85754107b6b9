/** What an agent writes can't run here: Markdown before the sanitiser, which is tested in a browser. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markdownToHtml } from '../../../src/web/views/markdown.ts';

const hrefs = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]);

describe('web: Markdown', () => {
  it('C12: shows headings, lists, tables and code', () => {
    const html = markdownToHtml('# A\n\n- b\n\n| c |\n|---|\n| d |\n\n```ts\nlet e = 1 < 2;\n```');
    assert.match(html, /<h1>A<\/h1>/);
    assert.match(html, /<li>b<\/li>/);
    assert.match(html, /<div class="scroll" tabindex="0"><table>/);
    assert.match(
      html,
      /<pre class="code" tabindex="0" data-language="ts"><code>let e = 1 &lt; 2;\n<\/code><\/pre>/,
    );
  });

  it('leaves raw HTML as text', () => {
    const html = markdownToHtml('<script>alert(1)</script> <img src=x onerror=alert(1)> <b>x</b>');
    assert.doesNotMatch(html, /<(script|img|b)\b/);
    assert.match(html, /&lt;script&gt;/);
  });

  it('links lead to http, https and mailto only', () => {
    const bad = [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'command:x',
      'vscode://x',
      'file:///etc/passwd',
      'data:text/html,x',
      '//evil.example',
      'relative.md',
    ];
    for (const url of bad) {
      assert.deepEqual(
        hrefs(markdownToHtml(`[x](${url}) <${url}> ![x](${url})\n\n[y]: ${url}\n\n[y]`)),
        [],
        url,
      );
    }
    const good = ['http://a.example/', 'https://a.example/?b=c', 'mailto:a@b.example'];
    for (const url of good) assert.deepEqual(hrefs(markdownToHtml(`[x](${url})`)), [url]);
    assert.match(markdownToHtml('[x](https://a.example)'), /target="_blank" rel="noopener noreferrer"/);
  });

  it('makes no links of file names and loads no pictures', () => {
    assert.deepEqual(hrefs(markdownToHtml('see billing.ts and readme.md, www.example.com')), []);
    assert.doesNotMatch(markdownToHtml('![x](https://a.example/x.png)'), /<img/);
  });

  it('a language can not break out of its attribute', () => {
    const html = markdownToHtml('```a" onload="x\ncode\n```');
    assert.match(html, /data-language="a"/);
    assert.doesNotMatch(html, /onload/);
  });

  it('never lets a tag or a scheme through that is not on the list', () => {
    const parts = [
      '<',
      '>',
      '"',
      "'",
      '`',
      '[x](',
      ')',
      'javascript:',
      'on',
      'load=',
      'a',
      ' ',
      '\n',
      '![',
      '](',
      '&#x6a;',
      '\\',
      '|',
      '#',
      '```',
    ];
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((chosen) => chosen.join(''));
    fc.assert(
      fc.property(text, (markdown) => {
        const html = markdownToHtml(markdown);
        for (const match of html.matchAll(/<\/?([a-z0-9]+)/gi)) {
          assert.match(
            match[1]!,
            /^(p|br|hr|em|strong|s|code|pre|blockquote|a|div|h[1-6]|[uo]l|li|table|thead|tbody|tr|t[hd])$/,
          );
        }
        for (const url of hrefs(html)) assert.match(url!, /^(https?|mailto):/i);
      }),
      { numRuns: 500 },
    );
  });
});

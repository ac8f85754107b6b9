/** Every language of the web client says everything, and none is chosen too early. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { chooseLanguage, speak } from '../../../src/web/language.ts';
import { count, writeAs } from '../../../src/web/locale.ts';
import { english, say, strings } from '../../../src/web/strings.ts';
import { hostSaid, hostSentences, hostTemplates } from '../../../src/web/host-sentences.zh-cn.ts';
import { chinese } from '../../../src/web/strings.zh-cn.ts';
import * as desk from '../../../src/web/webview/desk-words.ts';
import { root } from '../../support/paths.ts';

/** What is written the same in every language. */
const names = new Set(['Offdesk', '[on | off | status]']);
const samples = [7, 8];

/** Texts by their path; of a function, what it says to one argument and more. */
function texts(table: object, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]) => {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String(value(...samples))]];
    return texts(value as object, here);
  });
}

/** The arguments that a text shows, however they are ordered. */
const shown = (text: string) => samples.filter((sample) => text.includes(String(sample)));

/** The names of what is read from `strings` while a module loads. */
function readEarly(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && node.text === 'strings') found.push(`${file}: ${node.parent.getText()}`);
    ts.forEachChild(node, visit);
  };
  const text = readFileSync(join(root, 'src/web', file), 'utf8');
  if (!text.includes('strings')) return [];
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind));
  return found;
}

describe('web: languages', () => {
  const said = new Map(texts({ ...chinese, desk: desk.chinese }));

  it('S14, U10: a language has every text, with the same arguments, and none in English', () => {
    const wanted = texts({ ...english, desk: desk.english });
    assert.deepEqual(
      [...said.keys()],
      wanted.map(([path]) => path),
    );
    for (const [path, text] of wanted) {
      const other = said.get(path) ?? '';
      assert.deepEqual(shown(other), shown(text), path);
      if (!names.has(text) && /[a-z]/i.test(text)) assert.match(other, /\p{Script=Han}/u, path);
    }
  });

  it('S14, U10: what is translated of the host is what the host says', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const code = files
      // The page's own errors are told in the same way.
      .filter((name) =>
        /^(host|session|agent|remote|files|protocol|base|terminal|channel|web[\\/](client|attach))[\\/].*\.ts$/.test(
          name,
        ),
      )
      .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
      .join('\n');
    assert.deepEqual(
      Object.keys(hostSentences).filter((text) => !code.includes(`'${text}'`) && !code.includes(`"${text}"`)),
      [],
    );
  });

  it('S14, U10: also of what has a name or a number in it', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const code = files
      .filter((name) => /^(host|session|agent|remote|terminal)[\\/].*\.ts$/.test(name))
      .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
      .join('\n');
    const isSaid = (text: string) => {
      const parts = text.split('{}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return new RegExp(parts.join('\\$\\{[^`]+?\\}')).test(code);
    };
    assert.deepEqual(
      Object.keys(hostTemplates).filter((text) => !isSaid(text)),
      [],
    );
    assert.equal(hostSaid('There is no session 7 in /work.'), '/work 中没有会话 7。');
    assert.equal(
      hostSaid('Kimi Code starts afresh and does not remember what was said before.'),
      'Kimi Code 重新开始，不记得之前说过的内容。',
    );
    for (const said of [
      'Terminals are not part of this build of Offdesk for sunos on x64.',
      '32 terminals run already.',
      'The terminal could not be started: posix_spawnp failed.',
    ])
      assert.notEqual(hostSaid(said), said);
    const lost = (what: string) =>
      hostSaid(`The worktree of offdesk/x has work that would be lost: ${what}.`);
    assert.equal(
      lost('1 file not committed (a.ts); 2 commits that no other branch has; what git ignores (.env, b)'),
      'offdesk/x 的工作树中有会丢失的工作：1 个未提交的文件（a.ts）；2 个其他分支没有的提交；git 忽略的内容（.env, b）。',
    );
    assert.equal(
      lost('7 files not committed (a; b, …)'),
      'offdesk/x 的工作树中有会丢失的工作：7 个未提交的文件（a; b, …）。',
    );
    assert.equal(hostSaid('Something else.'), 'Something else.');
    // Words of an agent that every object of JavaScript has under the same name.
    for (const word of ['constructor', 'toString', '__proto__']) assert.equal(hostSaid(word), word);
  });

  it('U10: no text is read before the language is chosen', function () {
    this.timeout(30_000);
    const files = readdirSync(join(root, 'src/web'), { recursive: true, encoding: 'utf8' });
    const early = files
      .filter((name) => /\.tsx?$/.test(name) && name !== 'strings.ts')
      .flatMap((name) => readEarly(name));
    assert.deepEqual(early, []);
  });

  it("U10: the first of the reader's languages that there is, else English with the reader's clock", () => {
    const chosen = (...wanted: string[]) => chooseLanguage(wanted).tag;
    assert.equal(chosen('zh-CN', 'en'), 'zh-CN');
    assert.equal(chosen('zh-cn'), 'zh-CN');
    assert.equal(chosen('zh'), 'zh-CN');
    assert.equal(chosen('zh-Hans-SG'), 'zh-SG');
    assert.equal(chosen('en-GB', 'zh-CN'), 'en-GB');
    assert.equal(chosen('de-AT', 'zh-CN', 'en'), 'zh-CN');
    assert.equal(chosen('zh-TW'), 'en-TW');
    assert.equal(chosen('de'), 'en-DE');
    assert.equal(chosen('no tag at all'), 'en');
    assert.equal(chosen(), 'en');
  });

  it('U10: the page says which language it speaks', async () => {
    const page = { documentElement: { lang: 'en' } } as Document;
    try {
      await speak(page, ['zh-CN']);
      assert.equal(page.documentElement.lang, 'zh-CN');
      assert.equal(strings.send, chinese.send);
      await speak(page, ['hi-IN']);
      assert.equal(page.documentElement.lang, 'en-IN');
      assert.equal(strings.send, english.send);
      assert.equal(count(1_234_567), '12,34,567');
    } finally {
      say(english);
      writeAs('en');
    }
  });
});

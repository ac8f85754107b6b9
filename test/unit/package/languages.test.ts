/** Every language says everything: the manifest, the extension and the walkthrough's pages. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../../support/paths.ts';

type Table = Record<string, string>;

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const table = (path: string) => JSON.parse(read(path)) as Table;

/** What is called the same in every language. */
const names = new Set([
  'Offdesk',
  'Claude Code',
  'GitHub Copilot CLI',
  'Gemini CLI',
  'Kimi Code CLI',
  'Codex',
  'opencode',
]);

/** What must come through a translation as it is: placeholders, links, code, icons. */
function fixedParts(text: string): string[] {
  const parts = text.match(/\{\d+\}|\]\([^)]+\)|`[^`]+`|\$\([a-z~-]+\)|https:\/\/[a-z.]*/g) ?? [];
  return parts.sort();
}

function sameButTranslated(english: Table, other: Table): void {
  assert.deepEqual(Object.keys(other).sort(), Object.keys(english).sort());
  for (const [key, text] of Object.entries(english)) {
    const said = other[key] ?? '';
    assert.deepEqual(fixedParts(said), fixedParts(text), key);
    if (!names.has(text)) assert.notEqual(said, text, key);
  }
}

/** The literals of an expression such as `'a'` or `on ? 'a' : 'b'`. */
function literals(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  throw new Error(`No literal to translate: ${node.getText()}`);
}

/** What is given to `vscode.l10n.t`, `t` for short. */
function said(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const [first] = node.arguments;
      const isT = ts.isIdentifier(expression)
        ? expression.text === 't'
        : ts.isPropertyAccessExpression(expression) && expression.getText() === 'vscode.l10n.t';
      if (isT && first) found.push(...literals(first));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));
  return found;
}

const languages = readdirSync(root).flatMap((name) => /^package\.nls\.(.+)\.json$/.exec(name)?.[1] ?? []);

describe('languages', () => {
  it('S14: there is a second one', () => {
    assert.ok(languages.includes('zh-cn'));
  });

  for (const language of languages) {
    it(`S14, V16: the manifest says everything in ${language}`, () => {
      sameButTranslated(table('package.nls.json'), table(`package.nls.${language}.json`));
    });

    it(`S14, V16: the extension says everything in ${language}, and no more`, () => {
      // What Diagnose says is written in the host, for the command line, too.
      const files = ['src/vscode', 'src/host/diagnose'].flatMap((folder) =>
        readdirSync(join(root, folder))
          .filter((name) => name.endsWith('.ts'))
          .map((name) => `${folder}/${name}`),
      );
      const texts = new Set(files.flatMap(said));
      const english = Object.fromEntries([...texts].map((text) => [text, text]));
      sameButTranslated(english, table(`l10n/bundle.l10n.${language}.json`));
    });

    it(`S14, V16: the walkthrough has its pages in ${language}`, () => {
      for (const name of readdirSync(join(root, 'media/walkthrough'))) {
        if (name.includes('.nls.')) continue;
        const page = read(`media/walkthrough/${name}`);
        const translated = read(`media/walkthrough/${name.replace(/\.md$/, `.nls.${language}.md`)}`);
        const shape = (text: string) => text.match(/^(## |- |\d\. |\|)|`[^`]+`/gm) ?? [];
        assert.deepEqual(shape(translated), shape(page), name);
      }
    });
  }
});

/** What is known of one agent is in its own file: nothing else in src asks which agent it has to do with. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { agentNames, knownAgents } from '../../../src/agent/catalog.ts';
import { root } from '../../support/paths.ts';

const named = /claude|copilot|gemini|kimi|codex|opencode/i;

/** Texts of a source file, comments left out. */
function texts(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) found.push(node.text);
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    // What a name is imported from is no test for it.
    if (!ts.isImportDeclaration(node)) ts.forEachChild(node, visit);
  };
  const source = readFileSync(join(root, file), 'utf8');
  if (named.test(source)) visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

/** A field that carries its vendor's name: it counts whoever sends it. */
const fields = new Set(['claudeCode']);

describe('names of agents', () => {
  it('A24: only the file of an agent knows its name', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !/^agent[\\/]known[\\/]/.test(file))
      .map((file) => join('src', file));
    assert.ok(files.length > 100);
    const wrong = files.flatMap((file) =>
      texts(file).flatMap((text) => (named.test(text) && !fields.has(text) ? [`${file}: ${text}`] : [])),
    );
    assert.deepEqual(wrong, []);
  });

  it('A24: the manifest offers each by its name, in the order in which they are tried', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      contributes: {
        configuration: {
          properties: Record<string, { anyOf: { enum: string[]; enumDescriptions: string[] }[] }>;
        };
      };
    };
    const [choice] = manifest.contributes.configuration.properties['offdesk.agent']!.anyOf;
    assert.deepEqual(choice!.enum, ['auto', ...agentNames, 'custom']);
    assert.equal(choice!.enumDescriptions.length, choice!.enum.length);
  });

  it('A24: each has its own file', () => {
    const files = readdirSync(join(root, 'src', 'agent', 'known'));
    for (const { id } of knownAgents) assert.ok(files.includes(`${id}.ts`), id);
  });
});

/** docs/SPEC.md and the tests agree on which rules there are. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ruleInSpec = /^- \*\*([A-Z]\d+)\*\*/gm;
const title = /\b(?:it|describe)\(\s*(['"`])(.*?)\1/g;
/** In a title, before a colon: `C3, C4: …`. */
const ruleInTitle = /\b[A-Z]\d+(?=(?:(?:, | and )[A-Z]\d+)*:)/g;

describe('specification', () => {
  const spec = [...readFileSync('docs/SPEC.md', 'utf8').matchAll(ruleInSpec)].map((match) => match[1]!);
  const tested = new Set(
    readdirSync('test', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .flatMap((entry) => [...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(title)])
      .flatMap((match) => match[2]!.match(ruleInTitle) ?? []),
  );

  it('each number stands for one rule', () => {
    assert.deepEqual(
      spec.filter((rule, i) => spec.indexOf(rule) !== i),
      [],
    );
  });

  it('each rule has a test that carries its number', () => {
    assert.deepEqual(
      spec.filter((rule) => !tested.has(rule)),
      [],
    );
  });

  it('each number in a test is a rule', () => {
    // Other letters are rows of the product's promises, which end-to-end tests name.
    const letters = new Set(spec.map((rule) => rule[0]));
    const unknown = [...tested].filter((rule) => letters.has(rule[0]) && !spec.includes(rule));
    assert.deepEqual(unknown, []);
  });
});

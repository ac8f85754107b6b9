/** Of many questions one is under way and the newest waits. */
import assert from 'node:assert/strict';
import { Newest } from '../../../src/base/newest.ts';

describe('newest question', () => {
  it('W4: asks one at a time, and of those that came meanwhile the newest', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const newest = new Newest((question: string) => {
      asked.push(question);
      return new Promise<string>((resolve) => answers.push(() => resolve(`${question}!`)));
    });
    const [a, b, c] = ['a', 'ab', 'abc'].map((question) => newest.ask(question));
    await assert.rejects(b!, { code: 'superseded' });
    answers.shift()!();
    assert.equal(await a, 'a!');
    assert.deepEqual(asked, ['a', 'abc']);
    answers.shift()!();
    assert.equal(await c, 'abc!');
  });

  it('W4: goes on after one that failed', async () => {
    const newest = new Newest((question: string) =>
      question === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(question),
    );
    const bad = newest.ask('bad');
    const good = newest.ask('good');
    await assert.rejects(bad);
    assert.equal(await good, 'good');
  });
});

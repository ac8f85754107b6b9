/** What every bus does; each implementation runs these cases. */
import assert from 'node:assert/strict';
import type { Bus } from '../../../src/relay/bus.ts';

const bytes = (text: string) => Buffer.from(text);
const text = (message: Uint8Array) => Buffer.from(message).toString();

/** `settle` resolves when all that was published before has been delivered. */
export function busContract(name: string, make: () => Promise<Bus>, settle: () => Promise<void>): void {
  describe(`bus: ${name}`, () => {
    let bus: Bus;
    const heard: string[] = [];
    beforeEach(async () => {
      bus = await make();
      heard.length = 0;
    });
    afterEach(() => bus.close());

    it('R29: each subscriber of a subject hears it, in order, and no other subject', async () => {
      bus.subscribe('a', (message) => heard.push(`1${text(message)}`));
      bus.subscribe('a', (message) => heard.push(`2${text(message)}`));
      bus.subscribe('b', (message) => heard.push(`b${text(message)}`));
      for (const message of ['x', 'y', 'z']) bus.publish('a', bytes(message));
      await settle();
      for (const who of ['1', '2']) {
        assert.deepEqual(
          heard.filter((line) => line.startsWith(who)),
          ['x', 'y', 'z'].map((line) => who + line),
        );
      }
      assert.equal(heard.length, 6);
    });

    it('R29: subjects of one publisher keep their order', async () => {
      for (const subject of ['a', 'b']) bus.subscribe(subject, (message) => heard.push(text(message)));
      for (let i = 0; i < 50; i++) bus.publish(i % 2 ? 'a' : 'b', bytes(String(i)));
      await settle();
      assert.deepEqual(
        heard,
        Array.from({ length: 50 }, (_, i) => String(i)),
      );
    });

    it('R29: nothing arrives before publish has returned', async () => {
      bus.subscribe('a', () => heard.push('heard'));
      bus.publish('a', bytes('x'));
      assert.deepEqual(heard, []);
      await settle();
      assert.deepEqual(heard, ['heard']);
    });

    it('R29: who left hears nothing, even in the middle of a message', async () => {
      const second = { dispose() {} };
      bus.subscribe('a', () => second.dispose());
      Object.assign(
        second,
        bus.subscribe('b', () => heard.push('b')),
      );
      bus.publish('a', bytes('x'));
      bus.publish('b', bytes('x'));
      await settle();
      assert.deepEqual(heard, []);
    });

    it('R29: a request gets the first answer, once', async () => {
      bus.answer('q', () => undefined);
      bus.answer('q', (message) => bytes(`one ${text(message)}`));
      bus.answer('q', () => bytes('two'));
      bus.request('q', bytes('?'), 1_000, (answer) => heard.push(answer ? text(answer) : 'nobody'));
      await settle();
      assert.equal(heard.length, 1);
      assert.ok(['one ?', 'two'].includes(heard[0]!));
    });

    it('R29: a request that nobody answers says so', async () => {
      const gone = bus.answer('q', () => bytes('x'));
      gone.dispose();
      gone.dispose();
      bus.request('q', bytes('?'), 1_000, (answer) => heard.push(answer ? text(answer) : 'nobody'));
      await settle();
      assert.deepEqual(heard, ['nobody']);
    });

    it('R29: an answer comes before what its answerer publishes afterwards', async () => {
      bus.answer('q', () => {
        queueMicrotask(() => bus.publish('a', bytes('later')));
        return bytes('answer');
      });
      bus.subscribe('a', (message) => heard.push(text(message)));
      bus.request('q', bytes('?'), 1_000, (answer) => heard.push(answer ? text(answer) : 'nobody'));
      await settle();
      assert.deepEqual(heard, ['answer', 'later']);
    });

    it('R29: after close all is silent and close again does nothing', async () => {
      bus.subscribe('a', () => heard.push('a'));
      bus.publish('a', bytes('x'));
      bus.close();
      bus.close();
      bus.publish('a', bytes('x'));
      bus.subscribe('a', () => heard.push('a')).dispose();
      await settle();
      assert.deepEqual(heard, []);
    });
  });
}

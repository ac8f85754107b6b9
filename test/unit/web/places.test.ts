import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SessionState } from '../../../src/protocol/methods.ts';
import { placesOf } from '../../../src/web/views/use-places.ts';

const states: SessionState[] = ['waiting', 'working', 'starting', 'idle', 'ended'];
const session = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  state: fc.constantFrom(...states),
  updatedAt: fc.nat(),
});
const sessions = fc.uniqueArray(session, { selector: ({ id }) => id });

describe('the places of rows in a list of sessions', () => {
  it('every session has one; who stays keeps the one that it had, and all others follow what they do (S7)', () =>
    fc.assert(
      fc.property(sessions, sessions, fc.subarray(['a', 'b', 'c', 'd']), (first, then, stay) => {
        const fresh = (some: typeof first) => placesOf(some, new Map(), () => false);
        const [before, wanted] = [fresh(first), fresh(then)];
        const places = placesOf(then, before, (id) => stay.includes(id));
        assert.deepEqual(
          [...places],
          then.map(({ id }) => [id, (stay.includes(id) && before.get(id)) || wanted.get(id)]),
        );
      }),
    ));

  it('what waits for its user stands by itself, what starts is at work, and what has ended rests (S7)', () => {
    const sections = states.map((state) => {
      const places = placesOf([{ id: 'a', state, updatedAt: 0 }], new Map(), () => false);
      return places.get('a')?.section;
    });
    assert.deepEqual(sections, ['waiting', 'working', 'working', 'idle', 'idle']);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findInItem, plainPiece } from '../../../src/session/find.ts';
import { encodeLine, moreJson } from '../../../src/session/disk-journal/lines.ts';
import { RawTexts } from '../../../src/session/disk-journal/raw-texts.ts';
import type { Fact } from '../../../src/protocol/facts.ts';

const chunk = (text: string, more = {}): Fact => ({
  ...{ seq: 1, at: 5, origin: { kind: 'agent' }, item: 'm1' },
  update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, ...more },
});

/** Lines of one item: each inner list is a run that begins with a full line; another item's lines part them. */
function linesOf(runs: readonly (readonly string[])[], more = {}): Buffer[] {
  return runs.map(([first = '', ...rest]) =>
    Buffer.concat([
      encodeLine(JSON.stringify(chunk(first, more))),
      ...rest.map((text) => encodeLine(moreJson(2, 7, text))),
    ]),
  );
}

function holds(runs: readonly Buffer[], query: string): boolean {
  const texts = new RawTexts();
  const pieces = runs.map((run) => texts.add(run));
  return texts.holds(texts.joined(pieces), Buffer.from(plainPiece(query), 'utf16le'));
}

describe('texts of lines as a search looks at them', () => {
  it('J17: nothing that a search would find is passed over', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          'a',
          'A',
          's',
          '"',
          '\\',
          '\n',
          ' ',
          'ß',
          'ẞ',
          'İ',
          'ς',
          'Σ',
          'К',
          'к',
          '字',
          'K',
          '😀',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 6,
    });
    const runs = fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    const more = fc.constantFrom({}, { messageId: 'x' }, { _meta: { note: '"}}}' } });
    fc.assert(
      fc.property(runs, more, fc.nat(), fc.nat({ max: 8 }), fc.boolean(), (runs, more, at, length, upper) => {
        const whole = runs.flat().join('');
        const from = at % (whole.length + 1);
        const part = whole.slice(from, from + length);
        const query = upper ? part.toUpperCase() : part.toLowerCase();
        if (findInItem([chunk(whole)], query)) assert.ok(holds(linesOf(runs, more), query), query);
      }),
      { numRuns: 2_000 },
    );
  });

  it('J17: a word told in pieces is found, its neighbours in JSON are not', () => {
    const runs = linesOf([
      ['The qu', 'ick br'],
      ['own ', 'fox'],
    ]);
    for (const query of ['QUICK', 'brown', 'Fox', 'the  quick']) assert.ok(holds(runs, query), query);
    for (const query of ['agent_message', 'update', 'quack', 'quickown'])
      assert.ok(!holds(runs, query), query);
  });

  it('J17: lines of another kind are looked at whole', () => {
    const update = { sessionUpdate: 'tool_call', toolCallId: 't', title: 'Reads _chunk" of Großes' };
    const line = encodeLine(JSON.stringify({ ...chunk(''), update }));
    for (const query of ['reads _chunk', 'GROSSES'.replace('SS', 'ß')])
      assert.ok(holds([line], query), query);
    assert.ok(!holds([line], 'nothing of it'));
  });

  it('J17: a run of more than it had room for', () => {
    const runs = linesOf([['x'.repeat(3_000_000), 'needle']]);
    assert.ok(holds(runs, 'Needle'));
    assert.ok(!holds(runs, 'needles'));
  });
});

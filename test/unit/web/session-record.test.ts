/** The window that a client holds: whatever moves, what it shows is a stretch of the whole. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fact } from '../../../src/protocol/facts.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { Item } from '../../../src/transcript/items.ts';
import { SessionRecord } from '../../../src/web/client/session-record.ts';
import { record as recordScript, script } from '../transcript/script.ts';

const bounds = { window: 12, tail: 4 };

/** A client of a journal that has told `told` facts so far; pages hold what the journal has by then. */
class Reader {
  readonly record = new SessionRecord((call) => call(), bounds);
  readonly #facts: readonly Fact[];
  readonly #journal = new MemoryJournal('e');
  #told = 0;

  constructor(facts: readonly Fact[], first: number) {
    this.#facts = facts;
    this.hear(first, false);
  }

  get whole() {
    return applyFacts(emptyTranscript(), this.#facts.slice(0, this.#told));
  }

  hear(count: number, tell = true): void {
    const facts = this.#facts.slice(this.#told, this.#told + count);
    for (const { seq: _, ...rest } of facts) this.#journal.append(rest);
    this.#told += facts.length;
    // As the pump sends it to who is behind.
    if (tell) for (const fact of coalesce(facts)) this.record.add(fact);
  }

  async begin(): Promise<void> {
    const { state, start, from } = await this.#journal.tail(bounds.tail);
    this.record.begin(from);
    const tail = coalesce(await this.#journal.read(start - 1, Infinity));
    for (const fact of [...state, ...tail]) this.record.add(fact);
  }

  /** `meanwhile`: facts that come while the page is on its way. */
  async load(side: 'earlier' | 'later', size: number, meanwhile: number): Promise<void> {
    const edge = this.record.edges.value[side];
    if (edge === null) return;
    const place = side === 'earlier' ? { before: edge } : { at: edge };
    const page = await this.#journal.page(place, size, Infinity);
    const since = coalesce(this.#facts.slice(this.#told, this.#told + meanwhile));
    this.hear(meanwhile);
    if (this.record.edges.value[side] !== edge) return;
    if (side === 'earlier') this.record.prepend(page, since);
    else this.record.append(page, since);
  }

  async open(share: number, size: number, meanwhile: number): Promise<void> {
    const seq = Math.max(1, Math.ceil(share * this.#told));
    const pages = [
      await this.#journal.page({ before: seq }, size, Infinity),
      await this.#journal.page({ at: seq }, size, Infinity),
    ];
    const since = coalesce(this.#facts.slice(this.#told, this.#told + meanwhile));
    this.hear(meanwhile);
    this.record.open(pages, since);
  }

  /** The reader is at this share of what is shown; 1 is the end. */
  look(share: number): void {
    const { items } = this.record.transcript.value;
    const { later } = this.record.edges.value;
    const at = Math.floor(share * items.length);
    this.record.reader =
      share >= 1 && later === null ? null : (items[Math.min(at, items.length - 1)]?.id ?? null);
  }
}

type Move =
  | { kind: 'hear'; count: number }
  | { kind: 'load'; side: 'earlier' | 'later'; size: number; meanwhile: number }
  | { kind: 'open'; share: number; size: number; meanwhile: number }
  | { kind: 'look'; share: number }
  | { kind: 'end' };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const size = fc.integer({ min: 1, max: 8 });
const meanwhile = fc.integer({ min: 0, max: 3 });
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant('hear' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    kind: fc.constant('load' as const),
    side: fc.constantFrom('earlier' as const, 'later' as const),
    size,
    meanwhile,
  }),
  fc.record({ kind: fc.constant('open' as const), share, size, meanwhile }),
  fc.record({ kind: fc.constant('look' as const), share }),
  fc.constant({ kind: 'end' as const }),
);

async function go(reader: Reader, { ...step }: Move): Promise<void> {
  switch (step.kind) {
    case 'hear':
      return reader.hear(step.count);
    case 'load':
      return reader.load(step.side, step.size, step.meanwhile);
    case 'open':
      return reader.open(step.share, step.size, step.meanwhile);
    case 'look':
      return reader.look(step.share);
    case 'end':
      return reader.record.toTail();
  }
}

/** Long sessions: several scripts one after the other, each with ids of its own. */
const session = fc.array(script, { minLength: 1, maxLength: 4 }).map((scripts) => {
  const texts = scripts.map((steps, part) =>
    JSON.stringify(steps).replace(/"(toolCallId|compactionId|id)":"([^"]*)"/g, `"$1":"${part}$2"`),
  );
  return mirrored(recordScript(texts.flatMap((text) => JSON.parse(text) as (typeof scripts)[number])));
});

/** As the host journals it: one turn at a time, and where one begins, the prompt's text stands once more. */
function mirrored(facts: readonly Fact[]): Fact[] {
  let running: string | undefined;
  const all = facts.flatMap((fact): Fact[] => {
    if (fact.event?.type === 'turn_ended') running = undefined;
    if (fact.event?.type !== 'turn_started') return [fact];
    const event = { type: 'turn_ended', id: running ?? '', outcome: 'done' } as const;
    const before: Fact[] = running === undefined ? [] : [{ ...fact, item: `p:${running}`, event }];
    running = fact.event.id;
    const content = { type: 'text', text: fact.event.id };
    const text = { sessionUpdate: 'user_message_chunk', content };
    const { event: _, ...rest } = fact;
    return [...before, fact, { ...rest, origin: { kind: 'desk' }, update: text }];
  });
  return all.map((fact, index) => ({ ...fact, seq: index + 1 }));
}

const idsOf = (items: readonly Item[]) => items.map(({ id }) => id);
const said = (item: Item) => (item.kind === 'message' || item.kind === 'thought' ? item.text : item.kind);
/** Where history has it: a prompt that waited where its turn began. */
const beginOf = ({ kind, place, since }: Item) => (kind === 'prompt' && place > since + 1 ? place : since);
/** Without open questions: those are always held, and stand above the composer. */
const stretch = (items: readonly Item[]) =>
  items.filter((item) => item.kind !== 'question' || item.state.kind !== 'open');

describe('web: session record', () => {
  it('U1: whatever is loaded, heard, let go and opened, what is shown is a stretch of the whole', async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(session, share, fc.array(move, { maxLength: 25 }), async (facts, first, moves) => {
        const reader = new Reader(facts, Math.ceil(first * facts.length));
        await reader.begin();
        for (const step of moves) {
          await go(reader, step);
          const shown = reader.record.transcript.value;
          const { whole } = reader;
          const known = new Map(whole.items.map((item) => [item.id, item]));
          const { earlier, later } = reader.record.edges.value;
          const between = whole.items.filter(
            (item) => beginOf(item) >= (earlier ?? 0) && beginOf(item) < (later ?? Infinity),
          );
          const here = new Set(idsOf(shown.items));
          for (const { id } of between) assert.ok(here.has(id), `${id} is missing`);
          for (const item of shown.items) {
            const same = known.get(item.id);
            assert.ok(same, `${item.id} is nowhere`);
            if (item.kind === 'message') assert.deepEqual(said(item), said(same));
          }
          assert.ok(stretch(shown.items).length <= bounds.window, 'too much is held');
        }
      }),
      { numRuns: 200, seed: 20261120 },
    );
  });

  it('U1: from anywhere the reader gets to the beginning and back to the end, and has met everything', async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(
        session,
        share,
        fc.array(move, { maxLength: 12 }),
        size,
        async (facts, first, moves, step) => {
          const reader = new Reader(facts, Math.ceil(first * facts.length));
          await reader.begin();
          for (const one of moves) await go(reader, one);
          const met = new Set<string>();
          const note = () => idsOf(reader.record.transcript.value.items).forEach((id) => met.add(id));
          for (let i = 0; reader.record.edges.value.earlier !== null; i++) {
            assert.ok(i < 500, 'never gets to the beginning');
            reader.look(0);
            await reader.load('earlier', step, 0);
          }
          note();
          for (let i = 0; reader.record.edges.value.later !== null; i++) {
            assert.ok(i < 500, 'never gets to the end');
            reader.look(1);
            await reader.load('later', step, 0);
            note();
          }
          const { whole } = reader;
          assert.deepEqual([...met].sort(), idsOf(whole.items).sort());
          const { items, queue, questions, held, turn, title } = reader.record.transcript.value;
          const begun = new Set(
            idsOf(whole.items.filter((item) => beginOf(item) >= (reader.record.edges.value.earlier ?? 0))),
          );
          const end = stretch(items).filter(({ id }) => begun.has(id));
          // Of what began before, the end may have the newest part.
          const all = stretch(whole.items).filter(({ id }) => begun.has(id));
          assert.deepEqual(idsOf(end), idsOf(all));
          assert.deepEqual(idsOf(queue), idsOf(whole.queue));
          assert.deepEqual(idsOf(questions), idsOf(whole.questions));
          assert.deepEqual([held, turn, title], [whole.held, whole.turn, whole.title]);
          assert.deepEqual(end.map(said), all.map(said));
        },
      ),
      { numRuns: 200, seed: 20261120 },
    );
  });
});

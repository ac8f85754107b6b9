/** Whatever happens to a connection, its client ends with what the journal says, and never had more on its way than its bound. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { silentLog } from '../../../src/base/log.ts';
import { eventUpdate, fromNotification, type Fact, type SessionEvent } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type HistoryResult } from '../../../src/protocol/methods.ts';
import { DiskJournal } from '../../../src/session/disk-journal/disk-journal.ts';
import type { Journal } from '../../../src/session/journal.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import type { Transcript } from '../../../src/transcript/items.ts';
import { ItemIds } from '../../../src/transcript/item-ids.ts';
import { shownOf } from '../../faults/shown.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';
import { setup } from './downstream-kit.ts';
import { readAll } from './same-journal.ts';

type Said =
  | { event: SessionEvent }
  | { kind: 'agent_message_chunk' | 'agent_thought_chunk'; chars: number; times: number }
  | { tool: number; status: string; chars: number }
  | { usage: number };

type Step =
  | { do: 'say'; what: Said[] }
  /** Everything that arrived until now is acknowledged; `then`: and what arrives from now on is at once. */
  | { do: 'ack'; then: boolean }
  /** The connection is cut, and a new one goes on from some place that the client had reached. */
  | { do: 'reconnect'; percent: number; atMost: number | undefined };

const said: fc.Arbitrary<Said> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('agent_message_chunk' as const, 'agent_thought_chunk' as const),
      chars: fc.integer({ min: 0, max: 3000 }),
      times: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      tool: fc.nat(30),
      status: fc.constantFrom('pending', 'in_progress', 'completed'),
      chars: fc.integer({ min: 0, max: 100_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ usage: fc.nat(1000) }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('question_opened' as const, 'question_closed' as const), fc.nat(4))
      .map(([type, n]): Said => {
        const id = `q${n}`;
        if (type === 'question_opened') return { event: { type, id, kind: 'permission', request: {} } };
        return { event: { type, id, answer: { outcome: 'withdrawn' } } };
      }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('say' as const), what: fc.array(said, { maxLength: 8 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), then: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reconnect' as const),
      percent: fc.integer({ min: 0, max: 100 }),
      atMost: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    }),
  },
);

/** Says it into the journal, as a session would. */
class Speaker {
  readonly #journal: Journal;
  readonly #ids = new ItemIds();
  #count = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  say(said: Said): void {
    if ('event' in said) return this.#append(eventUpdate(), said.event);
    if ('usage' in said) return this.#append({ sessionUpdate: 'usage_update', used: said.usage, size: 1000 });
    if ('tool' in said) {
      const content = [{ type: 'content', content: { type: 'text', text: this.#text(said.chars) } }];
      const { tool, status } = said;
      return this.#append({
        sessionUpdate: 'tool_call',
        toolCallId: `t${tool}`,
        title: 'Run',
        status,
        content,
      });
    }
    for (let i = 0; i < said.times; i++) {
      this.#append({ sessionUpdate: said.kind, content: { type: 'text', text: this.#text(said.chars) } });
    }
  }

  #text(chars: number): string {
    return `${++this.#count} ${'ü'.repeat(chars)}`;
  }

  #append(update: { sessionUpdate: string; [key: string]: unknown }, event?: SessionEvent): void {
    const item = this.#ids.idFor(update, event);
    const origin = { kind: 'agent' } as const;
    this.#journal.append({
      ...{ at: 0, origin, update },
      ...(event && { event }),
      ...(item !== undefined && { item }),
    });
  }
}

const turns = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
};

type Bed = ReturnType<typeof setup>;

/** A client as a surface is one, on a connection that comes and goes. */
class Reader {
  readonly #bed: Bed;
  #probe: Awaited<ReturnType<Bed['connect']>> | undefined;
  #facts: Fact[] = [];
  #from: number | null = null;
  #epoch = '';
  #known = false;
  #acks = false;
  /** Sizes of what arrived and was not acknowledged. */
  #outstanding: number[] = [];
  /** Of more than one message. */
  #most = 0;

  constructor(bed: Bed) {
    this.#bed = bed;
  }

  async connect(atMost: number | undefined): Promise<void> {
    const probe = await this.#bed.connect('reader');
    this.#probe = probe;
    probe.acks = false;
    const early: Fact[] = [];
    let resumed = false;
    this.#outstanding = [];
    probe.transport.onMessage((text) => {
      if (this.#probe !== probe) return;
      const message = JSON.parse(text) as { method?: string; params?: unknown };
      const fact = message.method === 'session/update' ? fromNotification(message.params)?.fact : undefined;
      if (!fact) return;
      this.#outstanding.push(Buffer.byteLength(text));
      const bytes = this.#outstanding.reduce((sum, size) => sum + size, 0);
      if (this.#outstanding.length > 1) this.#most = Math.max(this.#most, bytes);
      (resumed ? this.#facts : early).push(fact);
      if (this.#acks && resumed) this.#ack();
    });
    const after = { epoch: this.#epoch, seq: this.#seq };
    const wish = this.#known ? { after, ...(atMost !== undefined && { atMost }) } : { tail: atMost ?? 5 };
    const meta = await probe.resume('s1', wish);
    if (meta.reset || meta.gap || !this.#known) {
      this.#facts = [];
      this.#from = meta.from;
    }
    this.#known = true;
    this.#epoch = meta.head.epoch;
    this.#facts.push(...early);
    resumed = true;
    if (this.#acks) this.#ack();
  }

  /** Of what it had reached, it remembers so much. */
  async reconnect(percent: number, atMost: number | undefined): Promise<void> {
    const gone = this.#probe;
    this.#probe = undefined;
    gone?.transport.close();
    this.#facts.length = Math.ceil((this.#facts.length * percent) / 100);
    // Of a window without a fact it remembers nothing.
    if (this.#facts.length === 0) this.#known = false;
    await this.connect(atMost);
  }

  ack(then: boolean): void {
    this.#acks = then;
    this.#ack();
  }

  /** All that there is, and what lies before it. */
  async whole() {
    assert.ok(this.#most <= limits.unackedBytes, `${this.#most} bytes were on their way`);
    this.ack(true);
    const { head } = this.#bed.journal;
    await eventually(() => this.#seq === head || head === 0, { what: 'the head', everyMs: 1 });
    let transcript = applyFacts(emptyTranscript(), this.#facts);
    for (let before = this.#from; before !== null;) {
      const page: HistoryResult = await this.#probe!.request(methods.history, {
        ...{ sessionId: 's1', before, limit: 7 },
      });
      const facts = page.updates.flatMap((update) => fromNotification(update)?.fact ?? []);
      transcript = mergeHistory(transcript, facts);
      before = page.from;
    }
    return transcript;
  }

  close(): void {
    this.#probe?.transport.close();
  }

  get #seq(): number {
    return this.#facts.reduce((max, fact) => Math.max(max, fact.seq), 0);
  }

  #ack(): void {
    this.#outstanding = [];
    const cursor = { epoch: this.#epoch, seq: this.#seq };
    void this.#probe?.connection.agent.notify(methods.ack, { sessionId: 's1', cursor });
  }
}

/** Long texts would make a long error. */
function assertShown(actual: Transcript, expected: Transcript): void {
  const [a, b] = [shownOf(actual), shownOf(expected)];
  if (isDeepStrictEqual(a, b)) return;
  const short = (shown: unknown) => JSON.stringify(shown, null, 1).replace(/ü+/g, (run) => `ü×${run.length}`);
  assert.deepEqual(short(a).split('\n'), short(b).split('\n'));
}

const memory = () => Promise.resolve(new MemoryJournal('epoch-1'));
const disk = (folder: string) =>
  DiskJournal.open(folder, {
    clock: new FakeClock(),
    log: silentLog,
    epoch: () => 'epoch-1',
    segmentBytes: 300_000,
  });

for (const [name, open] of [
  ['memory', memory],
  ['disk', disk],
] as const) {
  describe(`random connections (journal: ${name})`, function () {
    this.timeout(120_000);

    it('F1, F2, F5, F6, G2: a client that stalls, leaves and comes back ends with what the journal says', () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }), async (steps) => {
          const folder = tempFolder('random');
          const bed = setup({ journal: await open(folder) });
          const speaker = new Speaker(bed.journal);
          const reader = new Reader(bed);
          const live = new Reader(bed);
          try {
            for (const client of [reader, live]) await client.connect(undefined);
            live.ack(true);
            for (const step of steps) {
              if (step.do === 'say') step.what.forEach((said) => speaker.say(said));
              else if (step.do === 'ack') reader.ack(step.then);
              else await reader.reconnect(step.percent, step.atMost);
              await turns(3);
            }
            const facts = await readAll(bed.journal, 1e6);
            const truth = applyFacts(emptyTranscript(), facts);
            assertShown(await live.whole(), truth);
            assertShown(await reader.whole(), truth);
          } finally {
            reader.close();
            live.close();
            await bed.journal.close();
            removeFolder(folder);
          }
        }),
        { numRuns: 15, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
      ));
  });
}

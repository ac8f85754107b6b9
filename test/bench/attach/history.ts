/** A long history on disk, written by the product's own journal: prompts, thoughts, commands and answers, four items a round. */
import { silentLog } from '../../../src/base/log.ts';
import { eventUpdate, type Origin, type RawUpdate, type SessionEvent } from '../../../src/protocol/facts.ts';
import { DiskJournal } from '../../../src/session/disk-journal/disk-journal.ts';
import { ItemIds } from '../../../src/transcript/item-ids.ts';
import { ShiftedClock } from '../host/shifted-clock.ts';

export const itemsPerRound = 4;
/** Said in the first round alone, and in the last. */
export const firstWords = 'the very beginning of it all';
export const lastWords = 'the newest of all answers';

/** Rounds whose facts may wait for the disk. */
const roundsAtOnce = 500;

export interface History {
  folder: string;
  /** A multiple of `itemsPerRound`. */
  items: number;
}

/** Resolves with the bytes on disk: about a thousand an item. */
export async function writeHistory({ folder, items }: History): Promise<number> {
  const journal = await DiskJournal.open(folder, { clock: new ShiftedClock(), log: silentLog });
  const rounds = items / itemsPerRound;
  const writer = new Writer(journal);
  for (let round = 1; round <= rounds; round++) {
    writer.round(
      round,
      round === 1 ? firstWords : round === rounds ? lastWords : `what step ${round} came to`,
    );
    if (round % roundsAtOnce === 0) await journal.sync();
  }
  await journal.close();
  return journal.bytes;
}

const agent: Origin = { kind: 'agent' };
const desk: Origin = { kind: 'desk' };

class Writer {
  readonly #journal: DiskJournal;
  readonly #items = new ItemIds();
  #at = Date.UTC(2026, 0, 1);

  constructor(journal: DiskJournal) {
    this.#journal = journal;
  }

  round(round: number, words: string): void {
    const id = `history-${round}`;
    const content = { type: 'text', text: `Step ${round}, please: look at part ${round % 97} again.` };
    this.#event({ type: 'prompt_received', id, prompt: [content] });
    this.#event({ type: 'turn_started', id });
    this.#add({ sessionUpdate: 'user_message_chunk', content }, desk, `p:${id}`);
    for (let part = 1; part <= 3; part++)
      this.#say(
        'agent_thought_chunk',
        `In step ${round} I look at part ${part}. ${thoughts[(round + part) % 4]}`,
      );
    this.#command(`history-call-${round}`, round);
    this.#say('agent_message_chunk', `This is ${words}.\n\n`);
    for (let part = 1; part <= 6; part++)
      this.#say(
        'agent_message_chunk',
        `${prose[(round * 7 + part) % prose.length]}${part % 2 ? ' ' : '\n\n'}`,
      );
    this.#event({ type: 'turn_ended', id, outcome: 'done', stopReason: 'end_turn' });
  }

  #command(toolCallId: string, round: number): void {
    const start = { toolCallId, title: `npm run step-${round % 13}`, kind: 'execute', status: 'in_progress' };
    this.#add({ sessionUpdate: 'tool_call', ...start });
    const text = Array.from(
      { length: 20 },
      (_, line) => `${round}.${line} checked ${(round * 31 + line * 17) % 1_009} files: nothing found\n`,
    ).join('');
    const content = [{ type: 'content', content: { type: 'text', text } }];
    this.#add({ sessionUpdate: 'tool_call_update', toolCallId, status: 'completed', content });
  }

  #say(sessionUpdate: string, text: string): void {
    this.#add({ sessionUpdate, content: { type: 'text', text } });
  }

  #event(event: SessionEvent): void {
    const update = eventUpdate();
    const item = this.#items.idFor(update, event);
    this.#journal.append({ ...this.#meta(desk, item), update, event });
  }

  #add(update: RawUpdate, origin = agent, item = this.#items.idFor(update)): void {
    this.#journal.append({ ...this.#meta(origin, item), update });
  }

  #meta(origin: Origin, item: string | undefined) {
    return { at: (this.#at += 40), origin, ...(item === undefined ? {} : { item }) };
  }
}

const thoughts = [
  'The test asks for an order that the list does not have, so the sort must be stable, and the key unique. ',
  'There are two callers; one passes a path, the other a URL, and only the first is checked. ',
  'It would be simpler to read the file once and keep what is needed, since it never changes in a run. ',
  'The names differ in case alone, which matters on one system and not on the other. ',
];

const prose = [
  'The function reads its input twice, which is why the second caller sees nothing; reading it once and passing the result on mends both.',
  'I have changed `readLines` so that it ends at the last whole line, and added a test that cuts the file at every byte.',
  '- the parser takes an empty list now\n- the error names the line\n- the old option still works, with a warning',
  'What is left is the **order of the results**: it follows the file, not the clock, and I would leave it so.',
  '```ts\nconst found = lines.filter((line) => line.startsWith(prefix));\nreturn found.map((line) => line.slice(prefix.length));\n```',
  'All 412 tests pass; the slowest takes 80 ms. Nothing else in the folder imports what I removed, so the change ends here.',
  'One more thing: the cache is keyed by path alone, so two branches share it. That was so before, and I did not touch it.',
];

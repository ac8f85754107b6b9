/** A journal on disk as long work leaves it, made fast: prompts, thoughts, answers in chunks, tool calls. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Origin, RawUpdate, SessionEvent } from '../../src/protocol/facts.ts';
import { DiskJournal } from '../../src/session/disk-journal/disk-journal.ts';

export interface BigJournal {
  facts: number;
  items: number;
  /** Of the whole folder. */
  bytes: number;
  /** In the answer to the first prompt, and nowhere else. */
  firstWords: string;
  ms: number;
}

const agent: Origin = { kind: 'agent' };
const desk: Origin = { kind: 'desk' };
const words =
  'the of session journal reads writes a file and then checks that every test passes before it goes on with what was asked for by who wrote it in two three lines of code'.split(
    ' ',
  );

/**
 * Appends until there are `items` items in about `bytes`, six a turn. Gives way to other work now and then; the
 * journal is closed at the end. The same arguments make the same journal, but for its epoch.
 */
export async function bigJournal(
  folder: string,
  { items, bytes }: { items: number; bytes: number },
): Promise<BigJournal> {
  const began = performance.now();
  const journal = await DiskJournal.open(folder, { clock: systemClock, log: silentLog });
  const text = textOf(Math.max(20, bytes / items));
  const firstWords = 'zebra crossing at dawn';
  let at = Date.UTC(2026, 0, 1);
  let made = 0;
  const put = (item: string, update: RawUpdate, origin = agent, event?: SessionEvent) => {
    at += 20;
    journal.append({ at, origin, item, update, ...(event ? { event } : {}) });
  };
  const say = (kind: string, item: string, whole: string) => {
    for (let i = 0; i < whole.length; i += 48) {
      put(item, { sessionUpdate: kind, content: { type: 'text', text: whole.slice(i, i + 48) } });
    }
  };
  for (let turn = 0; made < items; turn++) {
    const id = `prompt-${String(turn).padStart(8, '0')}`;
    const info = { sessionUpdate: 'session_info_update' };
    put(`p:${id}`, info, desk, {
      type: 'prompt_received',
      id,
      prompt: [{ type: 'text', text: text(turn, 0.2) }],
    });
    put(`p:${id}`, info, desk, { type: 'turn_started', id });
    say('agent_thought_chunk', `m${String(++made)}`, text(turn + 1, 0.6));
    say('agent_message_chunk', `m${String(++made)}`, text(turn + 2, 1.2));
    for (const call of ['a', 'b']) {
      const toolCallId = `toolu_${String(turn)}${call}`;
      const item = `t:${toolCallId}`;
      const [title, kind, status] = ['npm test', 'execute', 'pending'];
      put(item, {
        sessionUpdate: 'tool_call',
        toolCallId,
        title,
        kind,
        status,
        rawInput: { command: title },
      });
      put(item, { sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
      const content = [{ type: 'content', content: { type: 'text', text: text(turn + 3, 1.4) } }];
      put(item, { sessionUpdate: 'tool_call_update', toolCallId, status: 'completed', content });
      made++;
    }
    say(
      'agent_message_chunk',
      `m${String(++made)}`,
      (turn === 0 ? `${firstWords}: ` : '') + text(turn + 4, 0.8),
    );
    made++;
    put(`p:${id}`, info, desk, { type: 'turn_ended', id, outcome: 'done', stopReason: 'end_turn' });
    if (turn % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const facts = journal.head;
  await journal.close();
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return { facts, items: made, bytes: total, firstWords, ms: performance.now() - began };
}

/** Pieces of one long text, so that making them costs nothing; `share` of an item's usual length. */
function textOf(perItem: number): (seed: number, share: number) => string {
  let long = '';
  for (let i = 0; long.length < 65_536; i++) long += `${words[(i * i + 7 * i) % words.length]!} `;
  return (seed, share) => {
    const length = Math.max(4, Math.round(perItem * share * 0.47));
    const from = (seed * 7919) % (long.length - 1);
    let text = long.slice(from, from + length);
    while (text.length < length) text += long.slice(0, length - text.length);
    return text;
  };
}

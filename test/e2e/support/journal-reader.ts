/** Reads a whole journal through a client of its own: the truth that both screens are measured by. */
import assert from 'node:assert/strict';
import type { Fact } from '../../../src/protocol/facts.ts';
import { fromNotification } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type HistoryResult } from '../../../src/protocol/methods.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { Transcript } from '../../../src/transcript/items.ts';
import { eventually } from '../../support/wait.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import type { TestDevice } from '../../support/test-device.ts';

export interface JournalRead {
  transcript: Transcript;
  head: number;
  cwd: string;
}

/** `device` is paired; it comes for the reading and goes again. */
export async function readJournal(device: TestDevice): Promise<JournalRead> {
  device.probe = undefined;
  try {
    return await read(await device.connect());
  } finally {
    device.dispose();
  }
}

async function read(probe: ProbeClient): Promise<JournalRead> {
  const session = await eventually(() => probe.state?.sessions[0], { what: 'a session' });
  const { head, from } = await probe.resume(session.id, { tail: limits.historyItems });
  await eventually(() => probe.facts.at(-1)?.seq === head.seq, { what: 'the head of the journal' });
  let transcript = applyFacts(emptyTranscript(), probe.facts);
  const numbers = probe.facts.map(({ seq }) => seq);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'facts come in order, each once',
  );
  const pages: Fact[] = [];
  for (let before = from; before !== null;) {
    const page: HistoryResult = await probe.request(methods.history, {
      ...{ sessionId: session.id, before, limit: limits.historyItems },
    });
    pages.unshift(...page.updates.flatMap((update) => fromNotification(update)?.fact ?? []));
    before = page.from;
  }
  if (pages.length > 0) transcript = applyFacts(emptyTranscript(), [...pages, ...probe.facts]);
  return { transcript, head: head.seq, cwd: session.cwd };
}

/** What a session that comes back journals first: what ran is interrupted, what was asked is withdrawn, and what waited waits. */
import type { Origin, PromptOutcome } from '../protocol/facts.ts';
import type { Earlier } from './earlier.ts';
import type { FactWriter } from './fact-writer.ts';
import { cameBack } from './session-words.ts';
import { interrupted } from './turns.ts';

export interface ComingBack {
  earlier: Earlier;
  writer: FactWriter;
  /** Closes what the agent left open. */
  tidy(outcome: PromptOutcome): Promise<void>;
  /** It was over, and somebody wants to go on with it. */
  wished: boolean;
}

const host: Origin = { kind: 'host' };

/** Resolves with whether what waits is held. */
export async function comeBack({ earlier, writer, tidy, wished }: ComingBack): Promise<boolean> {
  for (const id of earlier.questions)
    writer.event({ type: 'question_closed', id, answer: { outcome: 'withdrawn' } }, host);
  await tidy('interrupted');
  const { running } = earlier;
  if (running !== undefined) {
    const end = { outcome: 'interrupted', stopReason: 'refusal', message: interrupted } as const;
    writer.event({ type: 'turn_ended', id: running, ...end }, host);
  }
  const hold = running !== undefined && earlier.waiting.length > 0 && !earlier.held;
  if (hold) writer.event({ type: 'queue_held' }, host);
  if (earlier.agentRan) writer.event({ type: 'agent_state', state: 'exited' }, host);
  if (earlier.last === 'said' && !wished) writer.update(cameBack(), host);
  await writer.settle();
  return earlier.held || hold;
}

/** One process of the agent has several sessions: whose is what it wrote down. */
import type { Fact } from '../../src/protocol/facts.ts';
import type { AgentNote } from './world.ts';

/** What it did in the session of this journal. */
export function notesOf(facts: readonly Fact[], notes: readonly AgentNote[]): AgentNote[] {
  const own = agentSessionsOf(facts, notes);
  return notes.filter(({ session }) => session !== undefined && own.has(session));
}

/** Prompts that reached a session of the agent's which none of these journals has, or two have; a sentence each. */
export function* astray(
  journals: readonly (readonly Fact[])[],
  notes: readonly AgentNote[],
): Iterable<string> {
  const owned = journals.map((facts) => agentSessionsOf(facts, notes));
  for (const { ev, session, token } of notes) {
    if (ev !== 'prompt') continue;
    const owners = owned.filter((own) => own.has(session)).length;
    if (owners !== 1) yield `prompt ${token} reached ${session}, which ${owners} sessions here have`;
  }
}

/**
 * What the agent called it, each time that it began; also what had a prompt that was interrupted here: a host that is
 * killed may not have written down yet what its agent has just called the session.
 */
function agentSessionsOf(facts: readonly Fact[], notes: readonly AgentNote[]): Set<string | undefined> {
  const named = facts.flatMap(({ event }) => (event?.type === 'agent_offers' ? [event.session] : []));
  const interrupted = new Set(
    facts.flatMap(({ event }) =>
      event?.type === 'turn_ended' && event.outcome === 'interrupted' ? [event.id] : [],
    ),
  );
  const tokens = new Set(
    facts.flatMap(({ event }) =>
      event?.type === 'prompt_received' && interrupted.has(event.id)
        ? [String(event.prompt[0]?.['text']).split(' ')[0]]
        : [],
    ),
  );
  const unnamed = notes.filter(({ ev, token }) => ev === 'prompt' && tokens.has(token));
  return new Set([...named, ...unnamed.map(({ session }) => session)]);
}

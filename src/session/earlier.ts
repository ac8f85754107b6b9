/** Where a session stood when its host ended, read from its journal: what was waiting, running, open. */
import type { Fact, Origin, PromptBlock } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { Journal } from './journal.ts';
import { OpenToolCalls } from './open-tool-calls.ts';
import { StateFacts } from './state-facts.ts';
import { hostWord, type HostWord } from './session-words.ts';

export interface EarlierPrompt {
  id: string;
  blocks: PromptBlock[];
  origin: Origin;
}

export interface Earlier {
  /** The agent's own id of its session. */
  agentSession: string | undefined;
  /** When it was there first, at the latest; milliseconds since the Unix epoch. */
  agentSessionAt: number | undefined;
  /** What somebody called the session. */
  name: string | undefined;
  /** What the agent called it. */
  agentTitle: string | undefined;
  configOptions: Record<string, unknown>[] | undefined;
  /** The mode that it was in. */
  mode: string | undefined;
  /** By the journal it ran or was being started. */
  agentRan: boolean;
  running: string | undefined;
  waiting: EarlierPrompt[];
  held: boolean;
  /** Ids of open questions. */
  questions: string[];
  /** Tool calls of the running turn that did not end. */
  tools: OpenToolCalls;
  /** What was shown last: a notice of the host's own, or something else. */
  last: HostWord | 'said' | 'nothing';
  /** Milliseconds since the Unix epoch. */
  updatedAt: number;
}

/** Undefined where the journal is empty. */
export async function earlierOf(journal: Journal): Promise<Earlier | undefined> {
  const [last] = await journal.read(journal.head - 1, 1);
  if (!last) return undefined;
  const earlier: Earlier = {
    ...{
      agentSession: undefined,
      agentSessionAt: undefined,
      name: undefined,
      agentTitle: undefined,
      configOptions: undefined,
      mode: undefined,
    },
    ...{ agentRan: false, running: undefined, waiting: [], held: false, questions: [] },
    ...{ tools: new OpenToolCalls(), last: await lastWord(journal), updatedAt: last.at },
  };
  let turnSeq = 0;
  let order: string[] = [];
  for (const { seq, at, origin, update, event } of await stateOf(journal)) {
    switch (event?.type) {
      case 'agent_offers':
        earlier.agentSession = event.session;
        earlier.agentSessionAt = at;
        earlier.configOptions = event.configOptions ?? undefined;
        earlier.mode = modeOf(event.modes?.['currentModeId']) ?? earlier.mode;
        break;
      case 'agent_state':
        earlier.agentRan = event.state !== 'exited';
        break;
      case 'prompt_received':
        earlier.waiting.push({ id: event.id, blocks: event.prompt, origin });
        break;
      case 'prompt_edited': {
        const edited = earlier.waiting.find(({ id }) => id === event.id);
        if (edited) edited.blocks = event.prompt;
        break;
      }
      case 'queue_ordered':
        order = event.ids;
        break;
      case 'turn_started':
        earlier.running = event.id;
        turnSeq = seq;
        break;
      case 'queue_held':
        earlier.held = true;
        break;
      case 'question_opened':
        earlier.questions.push(event.id);
        break;
      // What these say, the state facts leave out.
      case 'prompt_removed':
      case 'turn_ended':
      case 'queue_resumed':
      case 'question_closed':
      case 'change':
        break;
      case undefined: {
        const { title, configOptions, currentModeId } = update;
        earlier.mode = modeOf(currentModeId) ?? earlier.mode;
        if (typeof title === 'string') {
          const called = title.slice(0, limits.titleChars) || undefined;
          if (origin.kind === 'agent') earlier.agentTitle = called;
          else earlier.name = called;
        }
        if (Array.isArray(configOptions)) earlier.configOptions = configOptions;
      }
    }
  }
  const placeOf = ({ id }: EarlierPrompt) => (order.includes(id) ? order.indexOf(id) : order.length);
  earlier.waiting = earlier.waiting
    .filter(({ id }) => id !== earlier.running)
    .sort((a, b) => placeOf(a) - placeOf(b));
  if (turnSeq > 0) await seeTools(journal, turnSeq, earlier.tools);
  return earlier;
}

/** What describes the present, oldest first. */
async function stateOf(journal: Journal): Promise<Fact[]> {
  const { state, start } = await journal.tail(0);
  const facts = new StateFacts();
  for (const fact of state) facts.add(fact);
  // Without an item the window begins at the first fact.
  for (let seq = start - 1; seq < journal.head;) {
    const more = await journal.read(seq, limits.historyBytes);
    for (const fact of more) facts.add(fact);
    seq = more.at(-1)?.seq ?? journal.head;
  }
  return facts.all;
}

/** A mode's id; undefined for anything else. */
export function modeOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function lastWord(journal: Journal): Promise<Earlier['last']> {
  const { facts } = await journal.page({ before: journal.head + 1 }, 1, limits.historyBytes);
  const last = facts.at(-1);
  return last ? (hostWord(last.update) ?? 'said') : 'nothing';
}

async function seeTools(journal: Journal, from: number, tools: OpenToolCalls): Promise<void> {
  for (let seq = from; seq < journal.head;) {
    const facts = await journal.read(seq, limits.historyBytes);
    for (const { update } of facts) tools.see(update);
    const next = facts.at(-1)?.seq ?? journal.head;
    seq = Math.max(next, seq + 1);
  }
}

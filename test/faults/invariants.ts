/** What must hold after a round: what each surface shows, what the journal has, and what the agent saw, are one story. */
import { isDeepStrictEqual, inspect } from 'node:util';
import type { Fact } from '../../src/protocol/facts.ts';
import { applyFacts, emptyTranscript } from '../../src/transcript/fold.ts';
import type { SurfaceName } from './script.ts';
import { shownOf, type Shown } from './shown.ts';
import type { SurfaceState } from './surface.ts';
import type { Accepted, AgentNote } from './world.ts';

export interface Outcome {
  /** Read from the journal's files by the harness itself. */
  facts: readonly Fact[];
  /** Runs of text may be one fact, numbered as their last: as a client gets them. */
  merged: boolean;
  /** What the files have that they must not, a sentence each. */
  damage: readonly string[];
  agent: readonly AgentNote[];
  surfaces: readonly {
    name: SurfaceName;
    shown: Shown;
    state: SurfaceState;
    accepted: readonly Accepted[];
  }[];
  hostKilled: boolean;
  diskFilled: boolean;
}

/** One sentence each; empty where all is as it must be. */
export function violations(outcome: Outcome): string[] {
  return [
    ...outcome.damage,
    ...numbering(outcome),
    ...surfacesEqual(outcome),
    ...promptsKept(outcome),
    ...promptFates(outcome),
    ...agentTold(outcome),
    ...questionsClosed(outcome),
    ...changesOnce(outcome),
  ];
}

function* numbering({ facts, merged }: Outcome): Iterable<string> {
  const wrong = facts.findIndex(({ seq }, index) => {
    const before = facts[index - 1]?.seq ?? 0;
    return merged ? seq <= before : seq !== before + 1;
  });
  if (wrong >= 0) yield `the journal's entry ${wrong + 1} has number ${facts[wrong]?.seq}`;
}

function* surfacesEqual({ facts, surfaces }: Outcome): Iterable<string> {
  const truth = shownOf(applyFacts(emptyTranscript(), facts));
  for (const { name, shown } of surfaces) {
    if (isDeepStrictEqual(shown, truth)) continue;
    yield `${name} shows something else than the journal: ${firstDifference(shown, truth)}`;
  }
}

function firstDifference(shown: Shown, truth: Shown): string {
  const ids = (side: Shown): string[] => side.items.map(({ id }) => String(id));
  const [has, must] = [ids(shown), ids(truth)];
  const lacks = must.filter((id) => !has.includes(id));
  const more = has.filter((id) => !must.includes(id));
  if (lacks.length + more.length > 0)
    return `it lacks ${lacks.join(' ') || 'nothing'} and has ${more.join(' ') || 'nothing'} more`;
  const length = Math.max(shown.items.length, truth.items.length);
  for (let index = 0; index < length; index++) {
    if (isDeepStrictEqual(shown.items[index], truth.items[index])) continue;
    return `item ${index} is ${brief(shown.items[index])}, not ${brief(truth.items[index])}`;
  }
  for (const part of ['queue', 'questions', 'view'] as const) {
    if (!isDeepStrictEqual(shown[part], truth[part])) {
      return `${part} is ${brief(shown[part])}, not ${brief(truth[part])}`;
    }
  }
  return 'nowhere';
}

/** What a page accepted is in the journal, as it was written and in its order, or still on the page. */
function* promptsKept({ facts, surfaces }: Outcome): Iterable<string> {
  const received = facts.flatMap(({ event }) => (event?.type === 'prompt_received' ? [event] : []));
  const texts = new Map(received.map(({ id, prompt }) => [id, String(prompt[0]?.['text'])]));
  for (const { name, accepted, state } of surfaces) {
    const kept = new Set(state.outbox.map(({ id }) => id));
    for (const { id, text } of accepted) {
      const journaled = texts.get(id);
      if (journaled === undefined && !kept.has(id)) yield `${name}'s prompt ${id} (${text}) is lost`;
      if (journaled !== undefined && journaled !== text) yield `${name}'s prompt ${text} became ${journaled}`;
      if (journaled !== undefined && kept.has(id)) yield `${name} still shows its prompt ${text} as unsent`;
    }
    for (const { code, text } of state.outbox) yield `${name}'s prompt ${text} was refused: ${code}`;
    const mine = new Set(accepted.map(({ id }) => id));
    const order = received.flatMap(({ id }) => (mine.has(id) ? [id] : []));
    const meant = accepted.flatMap(({ id }) => (texts.has(id) ? [id] : []));
    if (!isDeepStrictEqual(order, meant))
      yield `${name}'s prompts were received as ${order.join(' ')}, not ${meant.join(' ')}`;
  }
}

type Life = { received: number; starts: number; ends: string[]; removed: number; text: string };

function livesOf(facts: readonly Fact[]): Map<string, Life> {
  const lives = new Map<string, Life>();
  for (const { event } of facts) {
    if (!event) continue;
    switch (event.type) {
      case 'prompt_received': {
        const life = lives.get(event.id) ?? { received: 0, starts: 0, ends: [], removed: 0, text: '' };
        lives.set(event.id, {
          ...life,
          received: life.received + 1,
          text: String(event.prompt[0]?.['text']),
        });
        break;
      }
      case 'turn_started':
      case 'turn_ended':
      case 'prompt_removed': {
        const life = lives.get(event.id) ?? { received: 0, starts: 0, ends: [], removed: 0, text: '' };
        lives.set(event.id, life);
        if (event.type === 'turn_started') life.starts++;
        else if (event.type === 'turn_ended') life.ends.push(event.outcome);
        else life.removed++;
        break;
      }
      default:
    }
  }
  return lives;
}

function* promptFates({ facts, agent }: Outcome): Iterable<string> {
  const lives = livesOf(facts);
  for (const [id, { received, starts, ends, removed, text }] of lives) {
    if (received !== 1) yield `prompt ${id} (${text}) was received ${received} times`;
    if (starts > 1) yield `prompt ${id} (${text}) was started ${starts} times`;
    if (ends.length > 1) yield `prompt ${id} (${text}) ended as ${ends.join(', ')}`;
    if (removed + ends.length !== 1) {
      yield `prompt ${id} (${text}): started ${starts}, ended ${ends.join() || 'never'}, removed ${removed}`;
    }
    const token = text.split(' ')[0];
    const reached = agent.filter((note) => note.ev === 'prompt' && note.token === token).length;
    if (reached > 1) yield `prompt ${text} reached the agent ${reached} times`;
    if (reached > 0 && removed > 0) yield `prompt ${text} was removed and reached the agent`;
    if (reached > 0 && starts === 0) yield `prompt ${text} reached the agent before its start was journaled`;
    if (reached === 0 && ends[0] === 'done') yield `prompt ${text} is done and never reached the agent`;
  }
  for (const { ev, token } of agent) {
    if (ev !== 'prompt') continue;
    if (![...lives.values()].some(({ text }) => text.split(' ')[0] === token)) {
      yield `the agent had a prompt that the journal lacks: ${token}`;
    }
  }
  const order = facts.flatMap(({ event }) => (event?.type === 'prompt_received' ? [event.id] : []));
  const started = facts.flatMap(({ event }) => (event?.type === 'turn_started' ? [event.id] : []));
  const meant = order.filter((id) => started.includes(id));
  if (!isDeepStrictEqual(started, meant))
    yield `turns ran as ${started.join(' ')}, received as ${meant.join(' ')}`;
  let running: string | undefined;
  for (const { event, seq } of facts) {
    if (event?.type === 'turn_started') {
      if (running !== undefined) yield `two turns at once at ${seq}`;
      running = event.id;
    }
    if (event?.type === 'turn_ended') running = undefined;
  }
}

const textKinds = ['agent_message_chunk', 'agent_thought_chunk'] as const;

/** What the agent said in a turn is in the journal: all of it, or, where the turn was broken off, up to some point. */
function* agentTold({ facts, agent, hostKilled }: Outcome): Iterable<string> {
  const tokens = new Map([...livesOf(facts)].map(([id, { text }]) => [id, text.split(' ')[0]!]));
  let token = '';
  const told = new Map<string, { texts: Record<string, string>; serials: string[]; outcome: string }>();
  for (const { event, update, origin } of facts) {
    if (event?.type === 'turn_started') {
      token = tokens.get(event.id) ?? '';
      told.set(token, { texts: {}, serials: [], outcome: '' });
      continue;
    }
    if (event?.type === 'turn_ended') {
      const turn = told.get(token);
      if (turn) turn.outcome = event.outcome;
      token = '';
      continue;
    }
    if (event || origin.kind !== 'agent') continue;
    const text = (update['content'] as { text?: unknown } | undefined)?.text;
    const turn = told.get(token);
    if (typeof text === 'string' && text.includes('REPLAYED'))
      yield 'what the agent told again was journaled';
    const serial = (update['_meta'] as { serial?: string } | undefined)?.serial;
    if (textKinds.some((kind) => kind === update.sessionUpdate) && typeof text === 'string') {
      if (!turn) yield `text outside of a turn: ${text.slice(0, 60)}`;
      else turn.texts[update.sessionUpdate] = (turn.texts[update.sessionUpdate] ?? '') + text;
    } else if (serial !== undefined) turn?.serials.push(serial);
  }
  for (const [name, { texts, serials, outcome }] of told) {
    const notes = agent.filter((note) => note.token === name);
    const whole = outcome === 'done' || outcome === 'cancelled';
    for (const kind of textKinds) {
      const pieces = notes.flatMap((note) =>
        note.ev === 'text' && note.kind === kind ? [note.text ?? ''] : [],
      );
      const said = pieces.join('');
      const has = texts[kind] ?? '';
      if (!said.startsWith(has))
        yield `${kind} of ${name} is not what the agent said: ${difference(has, said)}`;
      // What is written down last may not have been told any more when the agent was killed.
      const least = whole ? said : hostKilled ? '' : pieces.slice(0, -1).join('');
      if (has.length < least.length) {
        yield `${kind} of ${name} (${outcome}) has ${has.length} of ${said.length} characters: it ends in ${brief(has.slice(-40))}`;
      }
    }
    const wanted = notes.flatMap(({ serial }) => (serial === undefined ? [] : [serial]));
    if (!isDeepStrictEqual(serials, wanted.slice(0, serials.length))) {
      yield `updates of ${name} are ${serials.join(' ')}, not ${wanted.join(' ')}`;
    }
    if (whole && serials.length < wanted.length)
      yield `updates of ${name} are missing: ${serials.length} of ${wanted.length}`;
  }
}

function* questionsClosed({ facts, agent, surfaces, hostKilled, diskFilled }: Outcome): Iterable<string> {
  const asked = new Map<string, { about: string; answers: string[]; by: string[] }>();
  for (const { event, origin } of facts) {
    if (event?.type === 'question_opened') {
      if (asked.has(event.id)) yield `question ${event.id} was opened twice`;
      const toolCall = event.request['toolCall'] as { toolCallId?: string } | undefined;
      const about = toolCall?.toolCallId ?? String(event.request['message']);
      asked.set(event.id, { about, answers: [], by: [] });
    }
    if (event?.type === 'question_closed') {
      const question = asked.get(event.id);
      if (!question) yield `question ${event.id} was closed and never opened`;
      question?.answers.push(answerWord(event.answer));
      question?.by.push(origin.kind === 'device' ? (origin.name ?? '') : origin.kind);
    }
  }
  // What a full disk did not take goes with a killed host, and the agent that was told with it (docs/SPEC.md, B8).
  const forgotten = hostKilled && diskFilled;
  for (const [id, { answers, about }] of asked) {
    if (answers.length !== 1) yield `question ${id} was closed ${answers.length} times: ${answers.join(' ')}`;
    const heard = agent.filter((note) => note.ev === 'answer' && note.question === about);
    if (heard.length > 1) yield `the agent heard ${heard.length} answers to ${id}`;
    const [first] = heard;
    const untold = forgotten && answers[0] === 'withdrawn';
    if (first && !untold && !sameAnswer(answers[0], first.answer)) {
      yield `the agent heard ${first.answer} to ${id}, the journal has ${answers[0]}`;
    }
  }
  for (const { name, state } of surfaces) {
    if (state.questions.length > 0) yield `${name} shows open questions: ${state.questions.join(' ')}`;
    for (const [id, kind] of Object.entries(state.answers)) {
      const untold = forgotten && (!asked.has(id) || asked.get(id)?.answers[0] === 'withdrawn');
      if (kind === 'applied' && !untold && asked.get(id)?.by[0] !== name) {
        yield `${name} was told that its answer to ${id} counts, but the journal has ${asked.get(id)?.by[0]}'s`;
      }
    }
  }
}

/** A change is journaled before the agent hears of it, and the agent hears of it once. */
function* changesOnce({ facts, agent }: Outcome): Iterable<string> {
  const changes = facts.flatMap(({ event }) => (event?.type === 'change' ? [event] : []));
  const ids = changes.map(({ id }) => id);
  for (const id of new Set(ids)) {
    const times = ids.filter((other) => other === id).length;
    if (times > 1) yield `change ${id} was made ${times} times`;
  }
  const modes = changes.filter(({ what }) => what === 'mode').length;
  const heard = agent.filter(({ ev }) => ev === 'mode').length;
  // An agent that is started again is put into the mode that the session is in.
  const again = Math.max(0, new Set(agent.map(({ pid }) => pid)).size - 1);
  if (heard > modes + again) yield `the agent heard ${heard} changes of mode, the journal has ${modes}`;
}

function answerWord(answer: object): string {
  if ('optionId' in answer) return String(answer.optionId);
  if ('action' in answer) {
    const word = 'content' in answer ? (answer.content as { word?: unknown } | undefined)?.word : undefined;
    return String(word ?? answer.action);
  }
  return 'outcome' in answer ? String(answer.outcome) : '';
}

function sameAnswer(journaled: string | undefined, heard: string | undefined): boolean {
  // A withdrawn question's agent, where it lives, hears Cancel.
  const none = ['withdrawn', 'cancelled', 'cancel', 'decline'];
  return journaled === heard || (none.includes(journaled ?? '') && none.includes(heard ?? ''));
}

function difference(has: string, said: string): string {
  let at = 0;
  while (at < has.length && has[at] === said[at]) at++;
  return `from ${at} on ${brief(has.slice(at, at + 60))}, not ${brief(said.slice(at, at + 60))}`;
}

function brief(value: unknown): string {
  const text = inspect(value, { depth: 5, breakLength: Infinity, maxStringLength: 200 });
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

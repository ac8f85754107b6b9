/** The session's state beside the items: each field is what the newest fact about it says. */
import type { Fact, SessionEvent } from '../protocol/facts.ts';
import type { Raw, SessionView, StateFields, StateKnown } from './items.ts';
import { asArray, asNumber, asRecord, asString } from './raw.ts';

type Changes = Partial<StateFields>;

export const noState: SessionView = {
  held: false,
  turn: null,
  agent: { state: null, error: null },
  title: null,
  modes: null,
  configOptions: null,
  commands: [],
  usage: { used: null, size: null, cost: null },
  capabilities: null,
};

/** Sets each field unless an equally new or newer fact has. The same objects where nothing changes. */
export function applyState(view: SessionView, known: StateKnown, fact: Fact) {
  const changes = fact.event ? ofEvent(fact.event, fact) : ofUpdate(fact.update);
  return set(view, known, withSeq(changes, fact.seq));
}

/** What two folds know together. */
export function joinState(view: SessionView, known: StateKnown, other: StateKnown) {
  return set(view, known, other);
}

function withSeq(changes: Changes, seq: number): StateKnown {
  const entries = Object.entries(changes).map(([field, value]) => [field, { seq, value }]);
  return Object.fromEntries(entries) as StateKnown;
}

function set(view: SessionView, known: StateKnown, changes: StateKnown) {
  for (const field of Object.keys(changes) as (keyof StateFields)[]) {
    const change = changes[field];
    if (!change || (known[field]?.seq ?? 0) >= change.seq) continue;
    known = { ...known, [field]: change };
    view = { ...view, ...show(field, known) };
  }
  return { view, known };
}

function show(field: keyof StateFields, known: StateKnown): Partial<SessionView> {
  switch (field) {
    case 'modes':
    case 'mode': {
      const modes = known.modes?.value ?? null;
      const currentModeId = known.mode?.value ?? null;
      return { modes: currentModeId === null ? modes : { availableModes: [], ...modes, currentModeId } };
    }
    case 'context':
    case 'cost':
      return {
        usage: { used: null, size: null, ...known.context?.value, cost: known.cost?.value ?? null },
      };
    case 'order':
      return {};
    default:
      return { [field]: known[field]?.value };
  }
}

function ofEvent(event: SessionEvent, fact: Fact): Changes {
  switch (event.type) {
    case 'turn_started':
      return { turn: { promptId: event.id, startedAt: fact.at } };
    case 'turn_ended':
      return { turn: null };
    case 'queue_ordered':
      return { order: event.ids };
    case 'queue_held':
      return { held: true };
    case 'queue_resumed':
      return { held: false };
    case 'agent_state':
      return { agent: { state: event.state, error: event.error ?? null } };
    case 'agent_offers':
      return {
        modes: event.modes,
        mode: asString(event.modes?.['currentModeId']) ?? null,
        configOptions: event.configOptions === null ? null : asRecords(event.configOptions),
        capabilities: event.promptCapabilities,
      };
    case 'change':
    case 'prompt_received':
    case 'prompt_removed':
    case 'prompt_edited':
    case 'question_opened':
    case 'question_closed':
      return {};
  }
}

function ofUpdate(update: Raw): Changes {
  switch (update['sessionUpdate']) {
    case 'session_info_update': {
      const title = update['title'];
      return title === null || typeof title === 'string' ? { title } : {};
    }
    case 'current_mode_update': {
      const mode = asString(update['currentModeId']);
      return mode === undefined ? {} : { mode };
    }
    case 'config_option_update': {
      const options = asArray(update['configOptions']);
      return options ? { configOptions: asRecords(options) } : {};
    }
    case 'available_commands_update': {
      const commands = asArray(update['availableCommands']);
      return commands ? { commands: asRecords(commands) } : {};
    }
    case 'usage_update': {
      const used = asNumber(update['used']) ?? null;
      const size = asNumber(update['size']) ?? null;
      const cost = asRecord(update['cost']);
      const amount = asNumber(cost?.['amount']);
      // An update without a cost says nothing about it: Claude sends it at the end of a turn only.
      if (amount === undefined) return { context: { used, size } };
      return { context: { used, size }, cost: { amount, currency: asString(cost?.['currency']) ?? 'USD' } };
    }
    default:
      return {};
  }
}

function asRecords(values: readonly unknown[]): readonly Raw[] {
  return values.map(asRecord).filter((value) => value !== undefined);
}

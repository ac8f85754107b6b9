/** The agents that a new session can have: the one that is set, those that Offdesk knows, the user's own, the demo. */
import { isDeepStrictEqual } from 'node:util';
import { OffdeskError } from '../base/error.ts';
import type { ChoicesResult } from '../protocol/new-session.ts';
import { candidates, type AgentCandidate } from './agent-command.ts';
import { demoAgentId } from './agent-names.ts';
import { agentsHere } from './agents-here.ts';
import type { AgentChoice, HostPorts } from './api.ts';

/** By which a command without a name is chosen, as in the settings. */
const custom = 'custom';

type Choice = ChoicesResult['agents'][number] & { choice: AgentCandidate['choice'] };

/** `preferred`: the choice of the newest session; it goes first, else the one that the settings name. */
export function agentChoices(host: HostPorts, preferred?: unknown): Choice[] {
  const { agent, agents = [] } = host.settings();
  const here = agentsHere(host.terminalPath?.());
  const known = here.map(({ id, title, path, install }): Choice => {
    const available = path !== undefined;
    const choice = { kind: 'named' as const, name: id };
    return { name: id, title, available, ...(available ? {} : { install: `${install}.` }), choice };
  });
  const own = [...agents.map((one) => ({ kind: 'command' as const, ...one })), agent].flatMap((choice) =>
    choice.kind === 'command' ? [ownChoice(choice, host)] : [],
  );
  const demo: Choice = {
    ...{ name: demoAgentId, title: 'Demo agent', available: true },
    choice: { kind: 'named', name: demoAgentId },
  };
  const named = new Map([...own, ...known, demo].map((one) => [one.name, one]));
  const all = [...named.values()].sort((a, b) => Number(b.available) - Number(a.available));
  const first =
    all.find(({ choice }) => isDeepStrictEqual(choice, preferred)) ??
    all.find(({ choice }) => isSet(choice, agent));
  return first ? [first, ...all.filter((one) => one !== first)] : all;
}

/**
 * The agent of this name, else the first that is there. Rejects with `agent_missing` where it is not installed, or not
 * offered.
 */
export function chosenAgent(host: HostPorts, name: string | undefined, preferred?: unknown): AgentCandidate {
  const choices = agentChoices(host, preferred);
  const found = choices.find((one) => (name === undefined ? one.available : one.name === name));
  if (!found)
    throw new OffdeskError('agent_missing', 'That agent is not offered here.', 'Choose one of the list.');
  const [candidate] = candidates(found.choice, host);
  if (found.available && candidate) return candidate;
  throw new OffdeskError(
    'agent_missing',
    `${found.title} is not installed on this computer.`,
    `${found.install ?? ''} Or choose another agent.`.trim(),
  );
}

function ownChoice(choice: Extract<AgentChoice, { kind: 'command' }>, host: HostPorts): Choice {
  const [candidate] = candidates(choice, host);
  return { name: choice.name ?? custom, title: candidate?.title ?? custom, available: true, choice };
}

function isSet(choice: AgentCandidate['choice'], set: AgentChoice): boolean {
  return isDeepStrictEqual(choice, set);
}

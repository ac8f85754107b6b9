/** Agents of the user's own by name: `agents.json` in the machine folder, written as the setting `offdesk.agents`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OffdeskError } from '../base/error.ts';
import { agentNames } from '../host/agent-names.ts';
import type { AgentChoice } from '../host/api.ts';
import { readOwnAgents } from '../host/own-agents.ts';

const fileName = 'agents.json';

/** A name that nobody knows stays one, so that the start says so. Throws `settings_invalid` for a file that is no JSON. */
export function namedAgent(name: string, machineFolder: string): AgentChoice {
  const named: AgentChoice = { kind: 'named', name };
  if (agentNames.includes(name)) return named;
  const path = join(machineFolder, fileName);
  const text = readText(path);
  if (text === undefined) return named;
  const { agents, problems } = readOwnAgents(parse(text, path), path);
  const agent = agents.find((one) => one.name === name);
  const problem = problems.get(name);
  if (agent) return { kind: 'command', ...agent };
  return problem ? { kind: 'invalid', error: problem.toShape() } : named;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OffdeskError('settings_invalid', `${path} is no JSON.`, 'Correct it, then start again.');
  }
}

/** Most have none. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

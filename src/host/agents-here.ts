/** The agents that Offdesk knows as they are on this computer, for the list in which one is chosen. */
import { knownAgents } from '../agent/catalog.ts';
import { inspectAgent, lookFor, type AgentDetails } from '../agent/inspect.ts';
import { surroundings } from '../agent/places.ts';

export type { AgentDetails };

export interface AgentHere {
  id: string;
  title: string;
  /** Full path; undefined where it is not installed. */
  path: string | undefined;
  /** Sentences: how to install it, how to log in. */
  install: string;
  login: string;
  /** Starts it for a moment; undefined where it is not installed. Never rejects. */
  details(): Promise<AgentDetails | undefined>;
}

/** Looks into folders alone; `terminalPath`: as in HostPorts. */
export function agentsHere(terminalPath?: string): AgentHere[] {
  const where = surroundings(terminalPath);
  return knownAgents.map((agent) => {
    const look = lookFor(agent, where);
    return {
      ...{ id: agent.id, title: agent.title, install: agent.install, login: agent.login },
      path: look.found?.command,
      details: () => inspectAgent(look, where),
    };
  });
}

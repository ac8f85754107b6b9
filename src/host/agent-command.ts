/** From a choice of agent to commands that can be started, in the order in which to try them. */
import { demoAgentId, knownAgent, knownAgents } from '../agent/catalog.ts';
import { findAgent, type FoundProgram } from '../agent/find.ts';
import type { KnownAgent } from '../agent/known/known-agent.ts';
import { surroundings, type Surroundings } from '../agent/places.ts';
import { programName } from '../agent/program-name.ts';
import type { UpstreamOptions } from '../agent/upstream.ts';
import { OffdeskError } from '../base/error.ts';
import type { AgentChoice, HostPorts } from './api.ts';

export interface AgentCandidate {
  /** By which it is found again. */
  choice: Exclude<AgentChoice, { kind: 'auto' | 'invalid' }>;
  title: string;
  demo: boolean;
  options: Omit<UpstreamOptions, 'cwd' | 'log'>;
}

/**
 * Never empty: `auto` ends with the demo agent. Throws `agent_missing` for a name that nobody knows, and
 * `settings_invalid` for an agent of the user's own that is not described well.
 */
export function candidates(
  choice: AgentChoice,
  ports: Pick<HostPorts, 'demoAgent' | 'terminalPath'>,
  where: Surroundings = surroundings(ports.terminalPath?.()),
): AgentCandidate[] {
  switch (choice.kind) {
    case 'auto': {
      const found = knownAgents.flatMap((agent) => {
        const found = findAgent(agent, where);
        return found ? [known(agent, found)] : [];
      });
      return [...found, demoCandidate(ports.demoAgent)];
    }
    case 'named': {
      if (choice.name === demoAgentId) return [demoCandidate(ports.demoAgent)];
      const agent = knownAgent(choice.name);
      // One that is missing fails when started, so that every surface says so and a later try can find it.
      return [known(agent, findAgent(agent, where) ?? agent.commands[0])];
    }
    case 'command':
      return [ownCommand(choice)];
    case 'invalid': {
      const { code, message, next } = choice.error;
      throw new OffdeskError(code, message, next);
    }
  }
}

function ownCommand(choice: Extract<AgentChoice, { kind: 'command' }>): AgentCandidate {
  const { command, args, env = {}, folder } = choice;
  const name = choice.name ?? programName(command, args);
  return {
    choice,
    title: name,
    demo: false,
    options: {
      ...{ name, command, args, env },
      ...(folder === undefined ? {} : { folder }),
      authMethod: undefined,
      loginHint: `Log in at the desk with ${name} itself, then try again.`,
      installHint: `Check the command ${command} in the settings.`,
    },
  };
}

function known(agent: KnownAgent, program: FoundProgram): AgentCandidate {
  return {
    choice: { kind: 'named', name: agent.id },
    title: agent.title,
    demo: false,
    options: {
      name: agent.title,
      ...program,
      env: { ...agent.env, ...program.env },
      authMethod: agent.authMethod(process.env),
      loginHint: agent.login,
      installHint: `${agent.install}. Or choose another agent.`,
    },
  };
}

function demoCandidate(demo: HostPorts['demoAgent']): AgentCandidate {
  return {
    choice: { kind: 'named', name: demoAgentId },
    title: 'Demo agent',
    demo: true,
    options: {
      name: 'Demo agent',
      ...demo,
      authMethod: undefined,
      loginHint: '',
      installHint: 'Reinstall Offdesk.',
    },
  };
}

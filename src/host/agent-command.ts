/** From a choice of agent to commands that can be started, in the order in which to try them. */
import { findOnPath, knownAgent, knownAgents, demoAgentId, type KnownAgent } from '../agent/catalog.ts';
import { OffdeskError } from '../base/error.ts';
import type { UpstreamOptions } from '../agent/upstream.ts';
import type { AgentChoice, HostPorts } from './api.ts';

export interface AgentCandidate {
  title: string;
  demo: boolean;
  options: Omit<UpstreamOptions, 'cwd' | 'log'>;
}

/** Never empty: `auto` ends with the demo agent. Throws `agent_missing` for a named one that is not there. */
export function candidates(choice: AgentChoice, demo: HostPorts['demoAgent']): AgentCandidate[] {
  switch (choice.kind) {
    case 'auto': {
      const found = knownAgents.flatMap((agent) => {
        const command = findOnPath(agent);
        return command ? [known(agent, command)] : [];
      });
      return [...found, demoCandidate(demo)];
    }
    case 'named': {
      if (choice.name === demoAgentId) return [demoCandidate(demo)];
      const agent = knownAgent(choice.name);
      const command = findOnPath(agent);
      if (command) return [known(agent, command)];
      throw new OffdeskError(
        'agent_missing',
        `${agent.title} is not installed on this computer.`,
        `${agent.install}.`,
      );
    }
    case 'command': {
      const { command, args, env = {} } = choice;
      const name = command.split(/[/\\]/).at(-1) || command;
      return [
        {
          title: name,
          demo: false,
          options: {
            name,
            command,
            args,
            env,
            authMethod: undefined,
            loginHint: `Log in with ${name} itself, then start again.`,
          },
        },
      ];
    }
  }
}

function known(agent: KnownAgent, command: { command: string; args: string[] }): AgentCandidate {
  return {
    title: agent.title,
    demo: false,
    options: {
      name: agent.title,
      ...command,
      env: agent.env,
      authMethod: agent.authMethod(process.env),
      loginHint: agent.login,
    },
  };
}

function demoCandidate(demo: HostPorts['demoAgent']): AgentCandidate {
  return {
    title: 'Demo agent',
    demo: true,
    options: { name: 'Demo agent', ...demo, authMethod: undefined, loginHint: '' },
  };
}

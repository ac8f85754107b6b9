/** From a choice of agent to commands that can be started, in the order in which to try them. */
import { findOnPath, knownAgent, knownAgents, demoAgentId, type KnownAgent } from '../agent/catalog.ts';
import type { UpstreamOptions } from '../agent/upstream.ts';
import type { AgentChoice, HostPorts } from './api.ts';

export interface AgentCandidate {
  title: string;
  demo: boolean;
  options: Omit<UpstreamOptions, 'cwd' | 'log'>;
}

/** Never empty: `auto` ends with the demo agent. Throws `agent_missing` for a name that nobody knows. */
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
      // One that is missing fails when started, so that every surface says so and a later try can find it.
      return [known(agent, findOnPath(agent) ?? agent.commands[0])];
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
            installHint: `Check the command ${command} in the settings.`,
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
      installHint: `${agent.install}. Or choose another agent.`,
    },
  };
}

function demoCandidate(demo: HostPorts['demoAgent']): AgentCandidate {
  return {
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

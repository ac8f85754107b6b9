/** The agents that Offdesk knows by name, in the order in which they are tried; each has one file in known/. */
import { OffdeskError } from '../base/error.ts';
import { claude } from './known/claude.ts';
import { codex } from './known/codex.ts';
import { copilot } from './known/copilot.ts';
import { gemini } from './known/gemini.ts';
import { kimi } from './known/kimi.ts';
import type { KnownAgent } from './known/known-agent.ts';
import { opencode } from './known/opencode.ts';

export const knownAgents: readonly KnownAgent[] = [claude, copilot, gemini, kimi, codex, opencode];

export const demoAgentId = 'demo';
export const agentNames: readonly string[] = [...knownAgents.map((agent) => agent.id), demoAgentId];

export function knownAgent(id: string): KnownAgent {
  const agent = knownAgents.find((known) => known.id === id);
  if (agent) return agent;
  throw unknownAgent(id);
}

export function unknownAgent(id: string): OffdeskError {
  return new OffdeskError(
    'agent_missing',
    `No agent is called ${id}.`,
    `Use one of: ${agentNames.join(', ')}.`,
  );
}

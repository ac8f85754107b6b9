/** The agent that is chosen: installed or not, which version, logged in or not. */
import { basename, isAbsolute } from 'node:path';
import { stat } from 'node:fs/promises';
import { demoAgentId, unknownAgent } from '../../agent/catalog.ts';
import { executableOnPath } from '../../agent/find.ts';
import { agentsHere, type AgentHere } from '../agents-here.ts';
import type { AgentChoice } from '../api.ts';
import type { Check, DiagnosePorts, Finding } from './check.ts';

export function agentCheck(ports: DiagnosePorts): Check {
  const { t } = ports;
  return { title: t('Agent'), run: () => agent(ports) };
}

async function agent(ports: DiagnosePorts): Promise<Finding[]> {
  const { t, settings, terminalPath, forbidden } = ports;
  const choice = settings.agent;
  // Nothing is started in a folder that nobody trusts.
  if (forbidden) return [{ verdict: 'ok', message: t('No agent is looked for here.') }];
  switch (choice.kind) {
    case 'auto':
      return await first(agentsHere(terminalPath), ports);
    case 'named': {
      const one = agentsHere(terminalPath).find(({ id }) => id === choice.name);
      if (one) return [await known(one, ports)];
      if (choice.name === demoAgentId)
        return [{ verdict: 'ok', message: t('The demo agent is chosen: it needs no model and no key.') }];
      const { message, next } = unknownAgent(choice.name);
      return [{ verdict: 'problem', message, next }];
    }
    case 'command':
      return [await ownCommand(choice, ports)];
    case 'invalid':
      return [{ verdict: 'problem', message: choice.error.message, next: choice.error.next }];
  }
}

async function first(all: readonly AgentHere[], ports: DiagnosePorts): Promise<Finding[]> {
  const { t } = ports;
  const here = all.filter(({ path }) => path !== undefined);
  if (here.length > 0) return await Promise.all(here.map((one) => known(one, ports)));
  const names = all.map(({ title }) => title).join(', ');
  return [
    {
      verdict: 'warning',
      message: t('None of these is installed: {0}. The demo agent answers instead.', names),
      next: t('Install one of them, or name a command of your own in the settings.'),
    },
  ];
}

async function known(
  { title, path, install, login, details }: AgentHere,
  { t }: DiagnosePorts,
): Promise<Finding> {
  if (path === undefined)
    return { verdict: 'problem', message: t('{0} is not installed.', title), next: install };
  const found = await details();
  const name = found?.version === undefined ? title : `${title} ${found.version}`;
  switch (found?.login) {
    case 'out':
      return { verdict: 'problem', message: t('{0} is not logged in ({1}).', name, path), next: login };
    case 'in':
      return { verdict: 'ok', message: t('{0} is installed and logged in ({1}).', name, path) };
    default:
      return {
        verdict: 'ok',
        message: t('{0} is installed ({1}). It does not say whether it is logged in.', name, path),
      };
  }
}

/** Its arguments and environment may hold secrets: neither is shown. */
async function ownCommand(
  { command }: Extract<AgentChoice, { kind: 'command' }>,
  { t, env }: DiagnosePorts,
): Promise<Finding> {
  const found = isAbsolute(command)
    ? await stat(command).then(
        (one) => (one.isFile() ? command : undefined),
        () => undefined,
      )
    : executableOnPath(command, env);
  if (found) return { verdict: 'ok', message: t('Your own agent is there ({0}).', found) };
  return {
    verdict: 'problem',
    message: t('The command of your own agent is not found: {0}', basename(command) || '""'),
    next: t('Check it in the settings.'),
  };
}

/** Logs an agent in by its own `authenticate`, in a process that ends with it. */
import { client, type ClientConnection } from '@agentclientprotocol/sdk';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import type { ToolsWanted } from './client-tools.ts';
import { greet } from './greet.ts';
import { startProcess, type AgentCommand, type AgentProcess } from './process.ts';

export interface LoginPorts {
  /** Shows the agent's words and opens the address; false where the user does not want to. */
  openUrl(url: string, message: string): Promise<boolean>;
  /** The user has given up. */
  signal: AbortSignal;
}

/** It only logs in. */
const noTools: ToolsWanted = { terminals: false, files: false };

/** Rejects with `agent_login_required` where the login fails, takes too long, or was given up. */
export async function authenticate(
  agent: AgentCommand,
  cwd: string,
  methodId: string,
  { openUrl, signal }: LoginPorts,
  log: Log,
): Promise<void> {
  const agentProcess = startProcess(agent, cwd, log);
  const connection = connect(agentProcess, openUrl);
  try {
    const done = greet(connection, { name: agent.name, authMethod: undefined, tools: noTools }).then(() =>
      connection.agent.request('authenticate', { methodId }),
    );
    done.catch(() => {});
    await Promise.race([done, ended(agentProcess, signal)]);
  } catch (error) {
    throw new OffdeskError(
      'agent_login_required',
      `${agent.name} could not be logged in: ${plain(asOffdeskError(error).message)}.`,
      'Try again, or log in with the agent itself in a terminal.',
    );
  } finally {
    connection.close();
    await agentProcess.stop();
  }
}

function connect(agentProcess: AgentProcess, openUrl: LoginPorts['openUrl']): ClientConnection {
  return client({ name: 'offdesk' })
    .onRequest('elicitation/create', async ({ params }) => {
      const { mode, url, message } = params as { mode?: unknown; url?: unknown; message?: unknown };
      if (mode !== 'url' || typeof url !== 'string' || !isWebPage(url)) return { action: 'cancel' as const };
      const opened = await openUrl(url, typeof message === 'string' ? message : '');
      return { action: opened ? ('accept' as const) : ('decline' as const) };
    })
    .onNotification('elicitation/complete', () => {})
    .onNotification('session/update', () => {})
    .connect(agentProcess.stream);
}

/** Rejects only. */
function ended(agentProcess: AgentProcess, signal: AbortSignal): Promise<never> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(limits.agentLoginMs)]);
  const given = new Promise<never>((_, reject) => {
    const stop = () => reject(new Error(signal.aborted ? 'it was given up' : 'it took too long'));
    if (late.aborted) stop();
    else late.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([given, agentProcess.exited.then((error) => Promise.reject(error))]);
}

function isWebPage(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function plain(message: string): string {
  return message.replace(/[.\s]+$/, '');
}

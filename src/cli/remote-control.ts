/** `offdesk remote-control`: the host without VS Code, with a terminal or a line of JSON as its desk. */
import { stat } from 'node:fs/promises';
import { errorFrom, OffdeskError } from '../base/error.ts';
import type { RemoteHost } from '../host/api.ts';
import type { TunnelKind } from '../protocol/tunnel.ts';
import { jsonView } from './json-view.ts';
import { openTerminal } from './shared-terminal.ts';
import { cliPorts, wishOf, type PortsOptions } from './ports.ts';
import { terminalView } from './terminal-view.ts';
import type { View } from './view.ts';

export interface RemoteControlOptions extends PortsOptions {
  lan?: boolean;
  /** Run here, to lead here. */
  tunnel?: TunnelKind;
  /** A command line, such as that of an agent without ACP. */
  terminal?: string;
  json?: boolean;
}

/** Resolves when remote control was stopped and nothing is left of it. */
export async function remoteControl(options: RemoteControlOptions): Promise<void> {
  const view: View = options.json ? jsonView() : terminalView();
  try {
    const folder = await stat(options.cwd).catch(() => undefined);
    if (!folder?.isDirectory()) {
      throw new OffdeskError('settings_invalid', `${options.cwd} is no folder.`, 'Name one with --cwd.');
    }
    const { createRemoteHost } = await import('../host/core.ts');
    const host = createRemoteHost(cliPorts(options));
    // Who stops it ends its sessions; a terminal that closes, a shutdown or an error does not: they come back.
    let back = true;
    const quit = new Promise<void>((resolve) => {
      const stop = () => {
        back = false;
        resolve();
      };
      view.onQuit(stop);
      process.once('SIGINT', stop);
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    });
    // Refused for good, or moved to another window: nothing here would bring it back.
    const ended = new Promise<never>((_, reject) => {
      host.onStatus(({ state, error }) => {
        if (error && (state === 'error' || state === 'off')) reject(errorFrom(error));
      });
    });
    view.attach(host);
    try {
      await Promise.race([start(host, options).then(() => quit), quit, ended]);
    } finally {
      // A second Ctrl-C does not have to wait.
      process.once('SIGINT', () => process.exit(1));
      await (back ? host.suspend() : host.stop());
    }
  } catch (error) {
    view.failed(error);
    throw error;
  } finally {
    view.close();
  }
}

async function start(host: RemoteHost, options: RemoteControlOptions): Promise<void> {
  const session = wishOf(options);
  // Choosing a reach makes an invite of its own.
  const reach = options.lan ? 'lan' : options.tunnel;
  const invite = (): Promise<void> => (reach ? host.chooseReach(reach) : host.createInvite());
  // Who runs an agent without ACP may have none with it: it is started by a prompt, if ever.
  const agent = options.terminal === undefined;
  // Nobody is asked in before it is known that the session is there. Else neither waits for the agent.
  if (session) await host.start({ agent, invite: false, session }).then(invite);
  else await Promise.all([host.start({ agent, invite: !reach }), ...(reach ? [invite()] : [])]);
  if (options.terminal !== undefined) await openTerminal(host, options.terminal);
}

/** What VS Code gives to the host: settings, secrets, files, and what a desk client asks of its shell. */
import { homedir, hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { HostPorts } from '../host/api.ts';
import { markOn } from '../host/on-mark.ts';
import { mcpPorts } from './mcp.ts';
import { readOpenFile, writeOpenFile } from './open-files.ts';
import { sessionFolder } from './allowed.ts';
import { hostNameSetting, readSettings } from './settings.ts';
import type { StartSettings } from './settings-watch.ts';
import { terminalPath, terminalSystem } from './terminal-path.ts';
import { workspacePort } from './workspace-port.ts';

export function userSettings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('offdesk');
}

export function startSettings(): StartSettings {
  const settings = userSettings();
  const { agent, relay, publicUrl, reach, port } = readSettings(settings);
  return { agent, relay, publicUrl, reach, port, hostName: hostNameSetting(settings) };
}

/** As HostPorts has it. A workspace's value is never read: it could name any folder. */
export function userTerminalPath(): string | undefined {
  const name = `terminal.integrated.env.${terminalSystem(process.platform)}`;
  const found = vscode.workspace.getConfiguration().inspect(name);
  return terminalPath(found?.globalValue, process.env, delimiter);
}

/** Writes where only the user writes: never into a workspace. */
export async function writeSetting(key: string, value: unknown): Promise<void> {
  await userSettings().update(key, value, vscode.ConfigurationTarget.Global);
}

/** One per relay, so that a token never goes to another relay than the one that it was made for. */
export function tokenKey(relay: string): string {
  return `registrationToken:${URL.canParse(relay) ? new URL(relay).origin : relay}`;
}

export function machineFolder(): string {
  return process.env['OFFDESK_HOME'] || join(homedir(), '.offdesk');
}

export function hostPorts(
  context: vscode.ExtensionContext,
  log: Log,
  act: HostPorts['act'],
  /** Around the writing of what has taken effect already. */
  whileWritingReach: (write: () => Promise<void>) => Promise<void>,
): HostPorts {
  const folder = sessionFolder();
  const dist = join(context.extensionPath, 'dist');
  return {
    clock: systemClock,
    log,
    machineFolder: machineFolder(),
    webFolder: join(dist, 'web'),
    // VS Code's own executable is Electron or, on a server, Node: the variable makes the first the second.
    demoAgent: {
      command: process.execPath,
      args: [join(dist, 'cli.js'), 'demo-agent'],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    },
    terminalPath: userTerminalPath,
    ...{ readOpenFile, writeOpenFile, shell: () => vscode.env.shell },
    get hostName() {
      return hostNameSetting(userSettings()) || hostname();
    },
    cwd: folder.fsPath,
    settings: () => readSettings(userSettings()),
    async rememberReach(kind, url) {
      if (kind === 'lan' || kind === 'cloudflared') return;
      await whileWritingReach(async () => {
        if (url !== undefined && kind === 'relay') await writeSetting('relayUrl', url);
        if (url !== undefined && kind === 'tunnel') await writeSetting('publicUrl', url);
        await writeSetting('reach', kind);
      });
    },
    rememberOn: (on) => markOn(machineFolder(), folder.fsPath, on),
    registrationToken: async (relay) => context.secrets.get(tokenKey(relay)),
    mcp: mcpPorts(context),
    workspace: workspacePort(context),
    act,
  };
}

/** What the user's commands do, with every failure shown as a sentence. */
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { leadsElsewhere } from '../base/network-path.ts';
import { OffdeskError, type ErrorCode } from '../base/error.ts';
import { configure } from './configure.ts';
import type { FilePlace } from '../protocol/host-status.ts';
import type { Desk } from './desk.ts';
import { diagnose, type DiagnosisDocument } from './diagnose.ts';
import { manageDevices } from './devices.ts';
import { logIn } from './log-in.ts';
import type { LogPort } from './log-port.ts';
import { reviewMcp } from './mcp.ts';
import { newSession } from './new-session.ts';
import { showError } from './show-error.ts';
import { statusMenu } from './status-menu.ts';
import type { TerminalTabs } from './terminal-tabs.ts';

export interface CommandPorts {
  desk: Desk;
  log: LogPort;
  secrets: vscode.SecretStorage;
  diagnosis: DiagnosisDocument;
  terminals: TerminalTabs;
  /** The view is visible and shows this failure, with its next step. */
  shown(code: ErrorCode): boolean;
  /** Puts the view on screen. */
  reveal(): Promise<void>;
}

/** By command id. All but `restart`, `status`, `login` and `move` are in the manifest. */
export function commands({
  desk,
  log,
  secrets,
  diagnosis,
  terminals,
  reveal,
}: CommandPorts): Record<string, () => Promise<void>> {
  return {
    'offdesk.start': async () => {
      await desk.host();
      // The view says what goes on meanwhile, and asks how a phone gets here.
      await Promise.all([reveal(), desk.start()]);
    },
    'offdesk.stop': () => desk.stop(),
    'offdesk.restart': async () => {
      await desk.stop();
      await desk.start();
    },
    'offdesk.newSession': () => newSession(desk, reveal),
    'offdesk.configure': () => configure(desk, secrets),
    'offdesk.showQr': () => showQr(desk, reveal),
    'offdesk.devices': async () => manageDevices(await desk.host()),
    'offdesk.copySessionLink': () => copySessionLink(desk),
    'offdesk.copyPairingLink': () => copyPairingLink(desk),
    'offdesk.diagnose': () => diagnose(desk, secrets, diagnosis),
    'offdesk.mcpServers': () => reviewMcp(desk),
    'offdesk.newTerminal': () => terminals.create(),
    'offdesk.showTerminal': () => terminals.pick(),
    'offdesk.showLog': async () => log.show(),
    'offdesk.openWalkthrough': async () => {
      await vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        'offdesk.offdesk#start',
        false,
      );
    },
    'offdesk.status': () => statusMenu(desk.status),
    'offdesk.login': () => logIn(desk),
    'offdesk.move': async () => {
      const host = await desk.host();
      if (host.move) await host.move();
      else await desk.start();
    },
  };
}

/** Registers them so that each failure is shown and logged by its code. */
export function registerCommands(ports: CommandPorts): vscode.Disposable[] {
  return Object.entries(commands(ports)).map(([id, run]) =>
    vscode.commands.registerCommand(id, async () => {
      try {
        await run();
      } catch (error) {
        const code = error instanceof OffdeskError ? error.code : 'internal';
        ports.log.write('error', 'command failed', { id, code });
        if (ports.shown(code)) return;
        // Not awaited: a command has ended when its failure is on screen.
        const movable = code === 'host_locked' && (await ports.desk.host()).move !== undefined;
        void showError(error, movable);
      }
    }),
  );
}

/** What a desk client (the webview) asks of its shell. Rejects with `invalid_params` for what is unknown. */
export async function act(
  name: string,
  file: FilePlace | undefined,
  { desk, log }: CommandPorts,
): Promise<void> {
  switch (name) {
    case 'copyInvite':
      return copyPairingLink(desk);
    case 'copySession':
      return copySessionLink(desk);
    case 'log':
      return log.show();
    case 'settings':
      // Not awaited: the list stays open for as long as the user likes.
      void vscode.commands.executeCommand('offdesk.configure');
      return;
    case 'login':
      // Not awaited: somebody may take minutes in a browser.
      void vscode.commands.executeCommand('offdesk.login');
      return;
    case 'move':
      await vscode.commands.executeCommand('offdesk.move');
      return;
    case 'openFile':
      if (file) return openFile(file);
      throw new OffdeskError('invalid_params', vscode.l10n.t('No file was named.'));
    default:
      throw new OffdeskError(
        'invalid_params',
        vscode.l10n.t('VS Code does not know the action "{0}".', name),
      );
  }
}

/** In an editor of this window. The path is an agent's: nothing but a file that is there is opened. */
async function openFile({ path, line }: FilePlace): Promise<void> {
  const missing = (next: string) =>
    new OffdeskError('invalid_params', vscode.l10n.t('{0} cannot be opened.', path), next);
  // Two slashes name another computer, which would be told who asks.
  if (!isAbsolute(path) || leadsElsewhere(path))
    throw missing(vscode.l10n.t('It is no file of this computer.'));
  const uri = vscode.Uri.file(path);
  const found = await vscode.workspace.fs.stat(uri).then(
    ({ type }) => (type & vscode.FileType.File) !== 0,
    () => false,
  );
  if (!found) throw missing(vscode.l10n.t('It was moved or removed, or it is a folder.'));
  const at = line === null ? undefined : new vscode.Position(line - 1, 0);
  await vscode.commands.executeCommand('vscode.open', uri, {
    preview: true,
    ...(at ? { selection: new vscode.Range(at, at) } : {}),
  });
}

async function showQr(desk: Desk, reveal: () => Promise<void>): Promise<void> {
  const host = await desk.host();
  await reveal();
  if (host.status.state === 'off') await host.start();
  const { reach, invite } = host.status;
  // Without a chosen reach the view shows the chooser, which comes first.
  if (reach && (!invite || invite.expiresAt <= Date.now())) await host.createInvite();
}

async function copySessionLink(desk: Desk): Promise<void> {
  const url = desk.status?.reach?.sessionUrl;
  if (!url)
    throw new OffdeskError(
      'session_unknown',
      vscode.l10n.t('There is no session link yet.'),
      vscode.l10n.t('Start remote control and choose how a phone gets here.'),
    );
  await copy(url, vscode.l10n.t('Session link copied. It holds no secret: only paired devices can use it.'));
}

async function copyPairingLink(desk: Desk): Promise<void> {
  const host = await desk.host();
  if (host.status.reach && (!host.status.invite || host.status.invite.expiresAt <= Date.now()))
    await host.createInvite();
  const url = host.status.invite?.url;
  if (!url)
    throw new OffdeskError(
      'invite_invalid',
      vscode.l10n.t('There is no pairing link yet.'),
      vscode.l10n.t('Start remote control and choose how a phone gets here.'),
    );
  await copy(
    url,
    vscode.l10n.t('Pairing link copied. It works once, for five minutes, and only if you allow it here.'),
  );
}

async function copy(text: string, said: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(said, 8_000);
}

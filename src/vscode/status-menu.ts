/** A click on the status item: start when off, else a list with Stop first; 'Move it here' where another window has it. */
import * as vscode from 'vscode';
import type { HostStatus } from '../protocol/host-status.ts';
import { runsElsewhere, statusText } from './status-text.ts';

export async function statusMenu(status: HostStatus | undefined): Promise<void> {
  const state = status?.state ?? 'off';
  if (state === 'off') {
    await vscode.commands.executeCommand('offdesk.start');
    return;
  }
  const item = (icon: string, label: string, command: string) => ({
    label,
    command,
    iconPath: new vscode.ThemeIcon(icon),
  });
  const { t } = vscode.l10n;
  const first = runsElsewhere(status)
    ? item('arrow-down', t('Move it here'), 'offdesk.move')
    : item('debug-stop', t('Stop Remote Control'), 'offdesk.stop');
  const items = [
    first,
    ...(state === 'error' && !runsElsewhere(status)
      ? [item('debug-restart', t('Start again'), 'offdesk.start')]
      : []),
    ...(status && isOn(status) ? [item('add', t('New Session'), 'offdesk.newSession')] : []),
    item('window', t('Open the view'), 'offdesk.view.focus'),
    item('device-mobile', t('Show Pairing QR Code'), 'offdesk.showQr'),
    item('list-unordered', t('Manage Devices'), 'offdesk.devices'),
    item('gear', t('Configure Remote Control'), 'offdesk.configure'),
    item('link', t('Copy Session Link'), 'offdesk.copySessionLink'),
    item('pulse', t('Diagnose'), 'offdesk.diagnose'),
    item('output', t('Show Log'), 'offdesk.showLog'),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Offdesk'),
    placeHolder: statusText(status, vscode.l10n.t).label,
  });
  if (picked) await vscode.commands.executeCommand(picked.command);
}

function isOn({ state }: HostStatus): boolean {
  return state === 'on' || state === 'reconnecting';
}

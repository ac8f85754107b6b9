/** 'Manage Devices': pick a device, then change what it may do, rename or revoke it. */
import * as vscode from 'vscode';
import type { RemoteHost } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { Scope } from '../protocol/methods.ts';
import { limits } from '../protocol/limits.ts';

type Device = HostStatus['devices'][number];

export async function manageDevices(host: RemoteHost): Promise<void> {
  const { devices, state } = host.status;
  if (state === 'off' || state === 'error') return offerStart();
  if (devices.length === 0) {
    const pair = vscode.l10n.t('Show Pairing QR Code');
    const picked = await vscode.window.showInformationMessage(
      vscode.l10n.t('No device is paired with this computer.'),
      pair,
    );
    if (picked === pair) await vscode.commands.executeCommand('offdesk.showQr');
    return;
  }
  const picked = await vscode.window.showQuickPick(devices.map(deviceItem), {
    title: vscode.l10n.t('Manage Devices'),
    placeHolder: vscode.l10n.t('Pick a device to change what it may do, rename or revoke it'),
    matchOnDescription: true,
  });
  if (picked) await changeDevice(host, picked.device);
}

/** The list belongs to the process that runs remote control, so it is not read while off. */
async function offerStart(): Promise<void> {
  const start = vscode.l10n.t('Start Remote Control');
  const picked = await vscode.window.showInformationMessage(
    vscode.l10n.t('Devices can be managed while remote control is on.'),
    start,
  );
  if (picked === start) await vscode.commands.executeCommand('offdesk.start');
}

function deviceItem(device: Device): vscode.QuickPickItem & { device: Device } {
  const seen = new Date(device.lastSeen).toLocaleString(vscode.env.language);
  return {
    device,
    label: device.name,
    iconPath: new vscode.ThemeIcon(device.online ? 'vm-active' : 'vm-outline'),
    description: scopeText(device.scope),
    detail: device.online ? vscode.l10n.t('Connected now') : vscode.l10n.t('Last seen {0}', seen),
  };
}

export function scopeText(scope: Scope): string {
  switch (scope) {
    case 'view':
      return vscode.l10n.t('may view');
    case 'answer':
      return vscode.l10n.t('may view, answer and stop');
    case 'control':
      return vscode.l10n.t('may control');
  }
}

async function changeDevice(host: RemoteHost, device: Device): Promise<void> {
  const scopes: Scope[] = ['view', 'answer', 'control'];
  const items = [
    { label: vscode.l10n.t('Revoke'), detail: vscode.l10n.t('It is out at once and must pair again.') },
    { label: vscode.l10n.t('Rename') },
    ...scopes
      .filter((scope) => scope !== device.scope)
      .map((scope) => ({ scope, label: vscode.l10n.t('Change: it {0}', scopeText(scope)) })),
  ];
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { scope?: Scope }>(items, {
    title: device.name,
    placeHolder: scopeText(device.scope),
  });
  if (!picked) return;
  if (picked.scope) return host.changeDevice(device.id, { scope: picked.scope });
  if (picked === items[0]) return revoke(host, device);
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename {0}', device.name),
    value: device.name,
    validateInput: (text) =>
      text.trim() && text.trim().length <= limits.deviceNameChars
        ? undefined
        : vscode.l10n.t('A name has 1 to {0} characters.', limits.deviceNameChars),
  });
  if (name !== undefined) await host.changeDevice(device.id, { name: name.trim() });
}

async function revoke(host: RemoteHost, device: Device): Promise<void> {
  const revokeIt = vscode.l10n.t('Revoke');
  const picked = await vscode.window.showWarningMessage(
    vscode.l10n.t('Revoke "{0}"?', device.name),
    { modal: true, detail: vscode.l10n.t('It is out at once, forgets its keys, and must pair again.') },
    revokeIt,
  );
  if (picked === revokeIt) await host.changeDevice(device.id, { revoke: true });
}

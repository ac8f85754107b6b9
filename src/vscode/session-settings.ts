/** What 'Configure Remote Control' offers of sessions: where new ones work, how many there may be, further folders. */
import * as vscode from 'vscode';
import type { HostSettings } from '../host/api.ts';
import { limits } from '../protocol/limits.ts';
import type { SpawnMode } from '../protocol/new-session.ts';
import { userSettings, writeSetting } from './host-ports.ts';
import { readSettings } from './settings.ts';

export function sessionItems(
  settings: HostSettings,
): (vscode.QuickPickItem & { run: () => Promise<void> })[] {
  return [
    {
      label: vscode.l10n.t('Where new sessions work'),
      description: spawnLabel(settings.spawn),
      run: pickSpawn,
    },
    {
      label: vscode.l10n.t('Sessions that may be open'),
      description: String(settings.capacity),
      run: () => askCapacity(settings.capacity),
    },
    {
      label: vscode.l10n.t('Further folders for sessions'),
      description: settings.folders?.join(', ') || vscode.l10n.t('none'),
      run: addFolder,
    },
  ];
}

function spawnLabel(mode: SpawnMode | undefined): string {
  switch (mode) {
    case 'worktree':
      return vscode.l10n.t('in a worktree of its own');
    case 'session':
      return vscode.l10n.t('one session only');
    default:
      return vscode.l10n.t('in the folder itself');
  }
}

async function pickSpawn(): Promise<void> {
  const modes: SpawnMode[] = ['same-dir', 'worktree', 'session'];
  const items = modes.map((mode) => ({ mode, label: spawnLabel(mode) }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Where new sessions work'),
  });
  if (picked) await writeSetting('spawn', picked.mode);
}

async function askCapacity(value: number | undefined): Promise<void> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Sessions that may be open'),
    value: String(value ?? limits.openSessions),
    validateInput: (text) => {
      const isOne = /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= limits.mostSessions;
      return isOne ? undefined : vscode.l10n.t('A number from 1 to {0}.', limits.mostSessions);
    },
  });
  if (typed !== undefined) await writeSetting('capacity', Number(typed));
}

/** What is there already is taken out among the settings. */
async function addFolder(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Further folders for sessions'),
    openLabel: vscode.l10n.t('Allow sessions here'),
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: true,
  });
  if (!picked) return;
  const folders = new Set([
    ...(readSettings(userSettings()).folders ?? []),
    ...picked
      .filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote')
      .map((uri) => uri.fsPath),
  ]);
  await writeSetting('folders', [...folders]);
}

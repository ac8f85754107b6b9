/** Where remote control may run at all: in a trusted workspace with a folder on this computer. */
import * as vscode from 'vscode';
import { OffdeskError } from '../base/error.ts';

/** Throws `untrusted_workspace` or `folder_missing`. */
export function assertAllowed(): void {
  sessionFolder();
  if (!vscode.workspace.isTrusted)
    throw new OffdeskError(
      'untrusted_workspace',
      vscode.l10n.t('Remote control stays off in a folder that you have not trusted.'),
      vscode.l10n.t('Trust the folder, then start again.'),
    );
}

export function isAllowed(): boolean {
  try {
    assertAllowed();
    return true;
  } catch {
    return false;
  }
}

/** The folder where the session works: the workspace's first. Throws `folder_missing`. */
export function sessionFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (!folder)
    throw new OffdeskError(
      'folder_missing',
      vscode.l10n.t('No folder is open in this window.'),
      vscode.l10n.t('Open the folder in which the agent shall work, then start again.'),
    );
  return folder.uri;
}

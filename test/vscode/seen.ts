/** What a suite inside the extension host can see of Offdesk: files of the machine, modules of this process. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

export const machineFolder = process.env['OFFDESK_HOME'] ?? join(homedir(), '.offdesk');

/** By the record of who runs remote control on this computer. */
export function isRunning(): boolean {
  return existsSync(join(machineFolder, 'broker.json'));
}

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('offdesk.offdesk');
  if (!found) throw new Error('the extension is not installed');
  return found;
}

export function bundleIsLoaded(name: string): boolean {
  return Object.keys(require.cache).includes(join(extension().extensionPath, 'dist', name));
}

/** Whether what is heavy was loaded. */
export function coreIsLoaded(): boolean {
  return bundleIsLoaded('core.js');
}

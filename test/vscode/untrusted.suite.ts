/** In a folder that nobody trusted yet. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { coreIsLoaded, machineFolder } from './seen.ts';

describe('an untrusted folder', () => {
  it('A10: nothing starts, by default or by command', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const extension = vscode.extensions.getExtension('offdesk.offdesk');
    await extension?.activate();
    assert.equal(extension?.isActive, true);
    // Failures are shown, not thrown: a command that was refused ends.
    await vscode.commands.executeCommand('offdesk.start');
    await vscode.commands.executeCommand('offdesk.showQr');
    assert.equal(existsSync(machineFolder), false);
    assert.equal(coreIsLoaded(), false);
  });
});

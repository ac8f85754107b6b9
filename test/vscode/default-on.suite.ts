/** With the user's own setting `offdesk.onByDefault`. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../support/wait.ts';
import { isRunning } from './seen.ts';

describe('on by default', () => {
  it('V5: a fresh window is on without a click, and the workspace could not choose how', async () => {
    assert.equal(vscode.workspace.getConfiguration('offdesk').inspect('onByDefault')?.globalValue, true);
    await eventually(isRunning, { what: 'remote control to be on' });
    await vscode.commands.executeCommand('offdesk.stop');
    await eventually(() => !isRunning(), { what: 'remote control to be off' });
  });
});

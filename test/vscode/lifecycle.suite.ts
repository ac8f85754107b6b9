/** Start and stop through the commands, seen by what the machine folder holds. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually } from '../support/wait.ts';
import { isRunning, machineFolder } from './seen.ts';

describe('lifecycle', () => {
  before(async () => {
    await vscode.workspace
      .getConfiguration('offdesk')
      .update('agent', 'demo', vscode.ConfigurationTarget.Global);
  });
  after(async () => {
    await vscode.commands.executeCommand('offdesk.stop');
    await vscode.workspace
      .getConfiguration('offdesk')
      .update('agent', undefined, vscode.ConfigurationTarget.Global);
  });

  it('S10: is off until it is started, whatever the workspace says', () => {
    assert.equal(isRunning(), false);
  });

  it('V11: stopping what never ran does nothing', async () => {
    await vscode.commands.executeCommand('offdesk.stop');
    assert.equal(existsSync(machineFolder), false);
  });

  it('S1: starts, stops, and starts again', async () => {
    for (let round = 0; round < 2; round++) {
      await vscode.commands.executeCommand('offdesk.start');
      await eventually(isRunning, { what: 'the record of the running host' });
      await vscode.commands.executeCommand('offdesk.stop');
      await eventually(() => !isRunning(), { what: 'the record to be gone' });
    }
  });

  it('S1: the log can be shown', async () => {
    const { visibleTextEditors } = vscode.window;
    const logs = (editors: readonly vscode.TextEditor[]) =>
      editors.filter(({ document: { uri } }) => uri.scheme === 'output' && /offdesk/i.test(uri.path));
    assert.equal(logs(visibleTextEditors).length, 0);
    await vscode.commands.executeCommand('offdesk.showLog');
    await eventually(() => logs(vscode.window.visibleTextEditors).length === 1, {
      what: 'the log on screen',
    });
  });
});

/** 'Diagnose' in the real VS Code: a document that cannot be changed, without secrets, whether it is on or off. */
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { eventually } from '../support/wait.ts';
import { isRunning, machineFolder } from './seen.ts';

async function diagnosis(): Promise<string> {
  await vscode.commands.executeCommand('offdesk.diagnose');
  const document = vscode.window.activeTextEditor?.document;
  assert.ok(document, 'a document is open');
  assert.equal(document.uri.scheme, 'offdesk-diagnosis');
  assert.equal(document.languageId, 'markdown');
  return document.getText();
}

describe('diagnose', () => {
  after(async () => {
    await vscode.commands.executeCommand('offdesk.stop');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('S13, Y5: while it is off it says so, and starts nothing', async () => {
    const text = await diagnosis();
    for (const title of [
      'Remote control',
      'Agent',
      'Relay',
      'Clock',
      'Proxy',
      'Reach',
      'Storage',
      'Versions',
    ])
      assert.ok(text.includes(`\n## ${title}\n- **`), `${title} in\n${text}`);
    assert.match(text, /It is off\./);
    assert.match(text, new RegExp(`${vscode.env.appName} ${vscode.version}`));
    assert.equal(isRunning(), false);
  });

  it('S13, Y5: while it is on the relay is asked, and the document is a new one', async () => {
    await vscode.commands.executeCommand('offdesk.start');
    await eventually(isRunning, { what: 'the record of the running host' });
    const text = await diagnosis();
    assert.match(text, /It is on\./);
    assert.match(text, /takes WebSockets, in \d+ ms/);
    assert.doesNotMatch(text, /\*\*Problem\*\*/);
    if (homedir().length > 1) assert.ok(!text.includes(homedir()), 'no home of the user');
    assert.ok(text.includes('can be written') && !text.includes('#i='), machineFolder);
    assert.equal(vscode.window.activeTextEditor?.document.isDirty, false);
  });
});

/** Runs inside VS Code for test/e2e/bed-smoke.test.ts: one test passes and one fails, to see both reported. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('throwaway suite', () => {
  it('sees the installed extension', async () => {
    const extension = vscode.extensions.getExtension('offdesk.throwaway');
    assert.ok(extension);
    await extension.activate();
  });

  it('fails', () => {
    assert.fail('on purpose');
  });
});

/** What the manifest promises is there in the real VS Code; nothing of a hostile workspace is. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { bundleIsLoaded, coreIsLoaded, extension } from './seen.ts';

interface Manifest {
  displayName: string;
  contributes: {
    commands: { command: string; title: string; category: string }[];
    configuration: { properties: Record<string, { scope?: string; ignoreSync?: boolean }> };
  };
}

const manifest = () => extension().packageJSON as Manifest;
const settingKeys = () => Object.keys(manifest().contributes.configuration.properties);

describe('manifest', () => {
  before(() => extension().activate());

  it('V1: it is active, and nothing heavy is loaded', () => {
    assert.equal(extension().isActive, true);
    assert.equal(bundleIsLoaded('extension.js'), true);
    assert.equal(coreIsLoaded(), false);
  });

  it('S1: has its commands by their titles, and each is registered', async () => {
    const titles = manifest().contributes.commands.map(({ title, category }) => `${category}: ${title}`);
    assert.deepEqual(titles.sort(), [
      'Offdesk: Configure Remote Control',
      'Offdesk: Copy Pairing Link',
      'Offdesk: Copy Session Link',
      'Offdesk: Diagnose',
      'Offdesk: Manage Devices',
      'Offdesk: New Session',
      'Offdesk: New Terminal Session',
      'Offdesk: Open Walkthrough',
      'Offdesk: Review MCP Servers',
      'Offdesk: Show Log',
      'Offdesk: Show Pairing QR Code',
      'Offdesk: Show Terminal Session',
      'Offdesk: Start Remote Control',
      'Offdesk: Stop Remote Control',
    ]);
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const { command } of manifest().contributes.commands) assert.ok(registered.has(command), command);
    for (const internal of ['offdesk.status', 'offdesk.move', 'offdesk.restart', 'offdesk.view.focus'])
      assert.ok(registered.has(internal), internal);
  });

  it('V4: every setting is of the application alone and is left out of settings sync', () => {
    assert.ok(settingKeys().length >= 8);
    for (const [key, { scope, ignoreSync }] of Object.entries(
      manifest().contributes.configuration.properties,
    )) {
      assert.equal(scope, 'application', key);
      assert.equal(ignoreSync, true, key);
    }
  });

  it('A11: no value of the workspace or the machine is seen, though their files have them', () => {
    // The control: these files are read, as a setting of VS Code's own shows.
    const control = vscode.workspace.getConfiguration('editor').inspect('wordWrapColumn');
    assert.equal(control?.workspaceValue, 66);
    if (process.env['OFFDESK_TEST_MACHINE_SETTINGS']) assert.equal(control?.globalValue, 66);
    const settings = vscode.workspace.getConfiguration('offdesk');
    for (const key of settingKeys()) {
      const found = settings.inspect(key.replace('offdesk.', ''));
      assert.equal(found?.workspaceValue, undefined, key);
      assert.equal(found?.workspaceFolderValue, undefined, key);
      assert.equal(found?.globalValue, undefined, key);
    }
  });

  it('A11: a workspace cannot be made to hold a setting', async () => {
    const settings = vscode.workspace.getConfiguration('offdesk');
    await assert.rejects(
      async () => settings.update('onByDefault', true, vscode.ConfigurationTarget.Workspace),
      Error,
    );
  });

  it('S14: has no unresolved texts', () => {
    assert.doesNotMatch(JSON.stringify(manifest()), /"%[\w.]+%"/);
    assert.equal(manifest().displayName, 'Offdesk: Remote Control for Coding Agents');
  });
});

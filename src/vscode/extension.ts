/** Entry of the extension: puts its parts together and stays small; what is heavy loads on first use. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { systemClock } from '../base/clock.ts';
import { isMarkedOn } from '../host/on-mark.ts';
import { assertAllowed, isAllowed, sessionFolder } from './allowed.ts';
import { announce, announceSettings } from './announce.ts';
import { Attention } from './attention.ts';
import { act, registerCommands, type CommandPorts } from './commands.ts';
import { comeBack } from './come-back.ts';
import { ContextKeySetter } from './context-keys.ts';
import { Desk } from './desk.ts';
import { DiagnosisDocument } from './diagnose.ts';
import { DeskView, viewId } from './desk-view.ts';
import { hostPorts, machineFolder, startSettings, userSettings } from './host-ports.ts';
import { LogPort } from './log-port.ts';
import { onByDefault } from './settings.ts';
import { SettingsWatch } from './settings-watch.ts';
import { StatusItem } from './status-item.ts';
import { TerminalTabs } from './terminal-tabs.ts';

let running: Desk | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const log = store.add(new LogPort());
  const desk = store.add(
    new Desk({
      load: () => import('../host/core.ts'),
      hostPorts: () =>
        hostPorts(
          context,
          log,
          (name, file) => act(name, file, ports),
          (write) => watch.whileWritingReach(write),
        ),
      assertAllowed,
    }),
  );
  running = desk;
  const terminals = store.add(
    new TerminalTabs({
      desk,
      connect: async (host) => new (await import('../host/core.ts')).DeskTerminals(host),
    }),
  );
  const diagnosis = new DiagnosisDocument();
  store.add(diagnosis.register());
  const ports: CommandPorts = {
    ...{ desk, log, secrets: context.secrets, diagnosis, terminals },
    shown: (code) => view.visible && desk.status?.error?.code === code,
    reveal: () => view.reveal(),
  };
  const item = store.add(new StatusItem());
  const view = store.add(new DeskView(desk, context.extensionUri));
  const keys = new ContextKeySetter(
    (key, value) => void vscode.commands.executeCommand('setContext', key, value),
  );
  const attention = new Attention();
  const watch = new SettingsWatch({ current: startSettings, tell: () => void announceSettings() });

  for (const registered of registerCommands(ports)) store.add(registered);
  store.add(vscode.window.registerWebviewViewProvider(viewId, view));
  // Never holds anything: its welcome texts are what it is for.
  store.add(
    vscode.window.registerTreeDataProvider('offdesk.welcome', {
      getChildren: () => [],
      getTreeItem: () => new vscode.TreeItem(''),
    }),
  );
  keys.update(undefined);
  store.add(
    desk.onStatus((status) => {
      item.update(status);
      keys.update(status);
      view.update();
      watch.state(status.state);
      if (status.state === 'on') terminals.follow();
      for (const call of attention.take(status, view.visible)) void announce(call, desk);
    }),
  );
  store.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('offdesk')) watch.changed();
    }),
  );
  const back = () =>
    void comeBack({
      ...{ isAllowed, clock: systemClock, log },
      wasOn: () => isMarkedOn(machineFolder(), sessionFolder().fsPath),
      byDefault: () => onByDefault(userSettings()),
      isDecided: () => desk.decided,
      start: () => desk.startByItself(),
    });
  back();
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(back));
}

/** Resolves when nothing listens and no agent runs; VS Code waits a few seconds for it. Sessions stay open. */
export async function deactivate(): Promise<void> {
  await running?.end();
  running = undefined;
}

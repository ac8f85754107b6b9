/** The window's folders and open files, and what comes and goes in the folders, for the completion of files. */
import * as vscode from 'vscode';
import { Emitter } from '../base/emitter.ts';
import type { WorkspacePort } from '../host/api.ts';

/** What comes at once is told at once. */
const gatherMs = 50;

export function workspacePort(context: vscode.ExtensionContext): WorkspacePort {
  const touched = new Emitter<readonly string[]>();
  let paths: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let watched: vscode.Disposable | undefined;
  const touch = ({ fsPath }: vscode.Uri) => {
    paths.push(fsPath);
    timer ??= setTimeout(() => {
      const all = paths;
      [paths, timer] = [[], undefined];
      touched.fire(all);
    }, gatherMs);
  };
  const watch = () => {
    watched?.dispose();
    const watchers = folders().map((folder) => {
      const pattern = new vscode.RelativePattern(folder, '**');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true, false);
      watcher.onDidCreate(touch);
      watcher.onDidDelete(touch);
      return watcher;
    });
    // Only of these it matters what they say.
    const rules = vscode.workspace.createFileSystemWatcher('**/.gitignore', true, false, true);
    rules.onDidChange(touch);
    watched = vscode.Disposable.from(...watchers, rules);
  };
  return {
    folders: () => folders().map(({ name, uri }) => ({ name, path: uri.fsPath })),
    openFiles,
    excluded,
    onTouched(listener) {
      if (!watched) {
        watch();
        context.subscriptions.push(
          vscode.workspace.onDidChangeWorkspaceFolders(watch),
          { dispose: () => watched?.dispose() },
          { dispose: () => clearTimeout(timer) },
        );
      }
      return touched.event(listener);
    },
  };
}

function folders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}

function openFiles(): string[] {
  const { tabGroups } = vscode.window;
  const groups = [tabGroups.activeTabGroup, ...tabGroups.all];
  const tabs = groups.flatMap((group) => [group.activeTab, ...group.tabs]);
  const uris = tabs.flatMap((tab) => {
    const input: unknown = tab?.input;
    if (input instanceof vscode.TabInputTextDiff) return [input.modified];
    const known = [vscode.TabInputText, vscode.TabInputCustom, vscode.TabInputNotebook];
    return known.some((kind) => input instanceof kind) ? [(input as vscode.TabInputText).uri] : [];
  });
  return [...new Set(uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath))];
}

function excluded(folder: string): { glob: string; when?: string }[] {
  const settings = vscode.workspace.getConfiguration('files', vscode.Uri.file(folder));
  const globs = settings.get<Record<string, boolean | { when?: string }>>('exclude') ?? {};
  return Object.entries(globs).flatMap(([glob, rule]) => {
    if (typeof rule !== 'object' || rule === null) return rule ? [{ glob }] : [];
    return rule.when === undefined ? [] : [{ glob, when: rule.when }];
  });
}

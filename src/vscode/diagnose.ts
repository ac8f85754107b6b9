/** 'Diagnose': the checks with their progress, and what they found as a document that can be read and copied. */
import * as vscode from 'vscode';
import { asOffdeskError } from '../base/error.ts';
import type { DiagnosePorts } from '../host/diagnose/diagnose.ts';
import { assertAllowed } from './allowed.ts';
import type { Desk } from './desk.ts';
import { machineFolder, tokenKey, userSettings, userTerminalPath } from './host-ports.ts';
import { readSettings } from './settings.ts';

const scheme = 'offdesk-diagnosis';

/** Holds the newest diagnosis, for as long as the window is there. */
export class DiagnosisDocument implements vscode.TextDocumentContentProvider {
  #text = '';
  #count = 0;

  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  async show(text: string): Promise<void> {
    // A document that was open before would be shown as it was.
    const query = String(++this.#count);
    const uri = vscode.Uri.from({ scheme, path: `/${vscode.l10n.t('Offdesk diagnosis')}.md`, query });
    this.#text = text;
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

export async function diagnose(
  desk: Desk,
  secrets: vscode.SecretStorage,
  document: DiagnosisDocument,
): Promise<void> {
  const { t } = vscode.l10n;
  const core = await import('../host/core.ts');
  const ports = await diagnosePorts(desk, secrets);
  const title = t('Offdesk: Diagnose');
  const { text, problems, warnings } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => cancelled.abort());
      return core.diagnose(ports, {
        signal: cancelled.signal,
        progress: (_done, all, message) => progress.report({ message, increment: 100 / all }),
      });
    },
  );
  await document.show(text);
  const copy = t('Copy');
  // Not awaited: the command has ended when the document is there.
  void vscode.window
    .showInformationMessage(`Offdesk: ${core.summary(problems, warnings, vscode.l10n.t)}`, copy)
    .then((picked) => {
      if (picked === copy) return vscode.env.clipboard.writeText(text);
      return undefined;
    });
}

async function diagnosePorts(desk: Desk, secrets: vscode.SecretStorage): Promise<DiagnosePorts> {
  const settings = readSettings(userSettings());
  const token = settings.relay ? await secrets.get(tokenKey(settings.relay)) : undefined;
  const proxy = vscode.workspace.getConfiguration('http');
  const names = ['proxy', 'proxySupport', 'noProxy'] as const;
  const proxies = names.flatMap((name): [string, string][] => {
    const found = proxy.inspect(name);
    const value: unknown = found?.globalValue ?? found?.workspaceValue;
    return value === undefined
      ? []
      : [[`http.${name}`, Array.isArray(value) ? value.join(',') : String(value)]];
  });
  const { remoteName, appName } = vscode.env;
  return {
    t: vscode.l10n.t,
    settings,
    status: desk.status,
    machineFolder: machineFolder(),
    terminalPath: userTerminalPath(),
    env: process.env,
    proxies,
    proxiesUsed: proxy.get('proxySupport') !== 'off',
    versions: [
      [appName, vscode.version],
      ...(remoteName ? [[vscode.l10n.t('Remote'), remoteName] as [string, string]] : []),
    ],
    forbidden: forbidden(),
    secrets: [token, desk.status?.invite?.url, desk.status?.reach?.sessionUrl].filter((one) => one != null),
  };
}

function forbidden(): string | undefined {
  try {
    assertAllowed();
    return undefined;
  } catch (error) {
    return asOffdeskError(error).sentence;
  }
}

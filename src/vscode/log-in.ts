/** Logs the agent in at the desk, in a terminal or by its own way, and tries its start again. */
import * as vscode from 'vscode';
import { OffdeskError } from '../base/error.ts';
import type { AgentLogin } from '../host/api.ts';
import type { Desk } from './desk.ts';

type Way = AgentLogin['ways'][number];

export async function logIn(desk: Desk): Promise<void> {
  const login = (await desk.host()).login?.();
  if (!login) throw new OffdeskError('agent_missing', vscode.l10n.t('No agent waits for a login.'));
  const { name, ways, hint } = login;
  if (ways.length === 0)
    throw new OffdeskError('agent_failed', vscode.l10n.t('{0} offers no login here.', name), hint);
  const way = await pickWay(name, ways);
  if (!way) return;
  if (way.kind === 'terminal') await inTerminal(way);
  else if (!(await byAgent(login, way))) return;
  await login.again();
}

async function pickWay(name: string, ways: readonly Way[]): Promise<Way | undefined> {
  if (ways.length === 1) return ways[0];
  const items = ways.map((way) => ({
    ...{ label: way.label, way },
    ...(way.kind === 'terminal' ? { description: vscode.l10n.t('in a terminal') } : {}),
  }));
  const title = vscode.l10n.t('Log in to {0}', name);
  return (await vscode.window.showQuickPick(items, { title }))?.way;
}

/** Resolves when the terminal is gone, however it ended: the start that follows says whether it did. */
async function inTerminal({ label, command, args, env }: Extract<Way, { kind: 'terminal' }>): Promise<void> {
  const terminal = vscode.window.createTerminal({
    ...{ name: label, shellPath: command, shellArgs: args, env, isTransient: true },
  });
  await new Promise<void>((resolve) => {
    const closed = vscode.window.onDidCloseTerminal((one) => {
      if (one !== terminal) return;
      closed.dispose();
      resolve();
    });
    terminal.show();
  });
}

/** False where it was given up. */
async function byAgent(login: AgentLogin, { id, label }: Way): Promise<boolean> {
  const { Notification } = vscode.ProgressLocation;
  const progress = { location: Notification, title: vscode.l10n.t('Offdesk: {0}', label), cancellable: true };
  return await vscode.window.withProgress(progress, async (_progress, token) => {
    const given = new AbortController();
    const watch = token.onCancellationRequested(() => given.abort());
    try {
      await login.call(id, { signal: given.signal, openUrl });
      return true;
    } catch (error) {
      if (given.signal.aborted) return false;
      throw error;
    } finally {
      watch.dispose();
    }
  });
}

/** Its host is shown before it is opened; the agent's words may hold a code to type there. */
async function openUrl(url: string, message: string): Promise<boolean> {
  const open = vscode.l10n.t('Open {0}', new URL(url).host);
  const options = { modal: true, detail: url };
  const picked = await vscode.window.showInformationMessage(
    message || vscode.l10n.t('Log In'),
    options,
    open,
  );
  // As text: a Uri is written anew, and what is encoded within the address would come out as another
  // (github.com/microsoft/vscode/issues/85930). VS Code takes one, though its types do not say so.
  return picked === open && (await vscode.env.openExternal(url as unknown as vscode.Uri));
}

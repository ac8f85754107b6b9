/** 'New Session': agent, folder, place and name, each asked for where there is a choice; then it starts, and is shown. */
import * as vscode from 'vscode';
import { OffdeskError } from '../base/error.ts';
import type { NewSessions } from '../host/api.ts';
import { noRoom } from '../host/session-room.ts';
import { limits } from '../protocol/limits.ts';
import type { ChoicesResult, NewSessionParams } from '../protocol/new-session.ts';
import type { Desk } from './desk.ts';

export async function newSession(desk: Desk, reveal: () => Promise<void>): Promise<void> {
  const host = await desk.host();
  const sessions = host.newSessions;
  if (!sessions || host.status.state === 'off' || host.status.state === 'error')
    throw new OffdeskError(
      'closed',
      vscode.l10n.t('Remote control is off.'),
      vscode.l10n.t('Start it, then choose New Session again.'),
    );
  // Before four questions are answered for nothing.
  const problem = noRoom(sessions.spawn);
  if (problem) throw problem;
  const wish = await ask(await sessions.choices());
  if (!wish) return;
  await Promise.all([reveal(), start(sessions, wish)]);
}

async function start(sessions: NewSessions, wish: NewSessionParams): Promise<void> {
  const title = vscode.l10n.t('Starting a session');
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    sessions.start(wish),
  );
}

/** Undefined where the user left it. */
async function ask(choices: ChoicesResult): Promise<NewSessionParams | undefined> {
  const agent = await pick(
    vscode.l10n.t('Agent'),
    choices.agents
      .filter(({ available }) => available)
      .map(({ name, title }) => ({ label: title, value: name })),
  );
  if (agent === undefined) return undefined;
  const folder = await pick(
    vscode.l10n.t('Folder'),
    choices.folders.map(({ path, name }) => ({ label: name, description: path, value: path })),
  );
  if (folder === undefined) return undefined;
  const git = choices.folders.find(({ path }) => path === folder.value)?.git !== false;
  const spawn = await pick(vscode.l10n.t('Where it works'), git ? places(choices) : []);
  if (spawn === undefined) return undefined;
  const name = await vscode.window.showInputBox({
    title: titleOf(vscode.l10n.t('Name')),
    prompt: vscode.l10n.t('Leave it empty: then its first message names it.'),
    validateInput: (text) =>
      text.length > limits.titleChars
        ? vscode.l10n.t('At most {0} characters.', limits.titleChars)
        : undefined,
  });
  if (name === undefined) return undefined;
  return {
    ...(agent.value === undefined ? {} : { agent: agent.value }),
    ...(folder.value === undefined ? {} : { folder: folder.value }),
    ...(spawn.value === undefined ? {} : { spawn: spawn.value }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
  };
}

type Place = NonNullable<NewSessionParams['spawn']>;

/** What the computer does by default comes first. */
function places({ spawn }: ChoicesResult): (vscode.QuickPickItem & { value: Place })[] {
  const same = {
    value: 'same-dir' as const,
    label: vscode.l10n.t('In the folder itself'),
    detail: vscode.l10n.t('It changes the same files as the other sessions there.'),
  };
  const own = {
    value: 'worktree' as const,
    label: vscode.l10n.t('In a worktree of its own'),
    detail: vscode.l10n.t('A git checkout on a branch of its own.'),
  };
  if (spawn.mode === 'session') return [];
  return spawn.mode === 'worktree' ? [own, same] : [same, own];
}

/** Not asked where there is nothing to choose; undefined where the user left it. */
async function pick<T>(
  what: string,
  items: (vscode.QuickPickItem & { value: T })[],
): Promise<{ value: T | undefined } | undefined> {
  if (items.length < 2) return { value: items[0]?.value };
  return vscode.window.showQuickPick(items, { title: titleOf(what), matchOnDescription: true });
}

function titleOf(what: string): string {
  return vscode.l10n.t('New Session: {0}', what);
}

/** The list in which an agent is chosen: what is installed at once, versions and logins as they are known. */
import * as vscode from 'vscode';
import type { AgentDetails } from '../host/agents-here.ts';
import { agentWords } from './agent-words.ts';
import { userTerminalPath, userSettings, writeSetting } from './host-ports.ts';
import { ownAgentsSetting } from './settings.ts';

type Item = vscode.QuickPickItem & { value?: string };

export async function pickAgent(): Promise<void> {
  // Not before somebody wants to choose: it looks into many folders.
  const { agentsHere } = await import('../host/core.ts');
  const here = agentsHere(userTerminalPath());
  const known = new Map<string, AgentDetails>();
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = vscode.l10n.t('Agent');
  pick.matchOnDescription = true;
  pick.keepScrollPosition = true;
  pick.busy = true;
  const show = () => {
    const active = pick.activeItems[0]?.value;
    pick.items = [
      ...topItems(),
      ...here.map((agent) => ({
        value: agent.id,
        ...agentWords(agent, known.get(agent.id), vscode.l10n.t),
      })),
      ...endItems(),
    ];
    // A new list begins at its top again.
    const again = pick.items.find(({ value }) => value !== undefined && value === active);
    if (again) pick.activeItems = [again];
  };
  show();
  const chosen = new Promise<string | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.selectedItems[0]?.value));
    pick.onDidHide(() => resolve(undefined));
  });
  pick.show();
  let open = true;
  const rest = here.values();
  const ask = async () => {
    for (const agent of rest) {
      if (!open) return;
      const details = await agent.details();
      if (details) known.set(agent.id, details);
      if (open && details) show();
    }
  };
  // All at once would keep a small computer busy for half a minute.
  void Promise.all([ask(), ask()]).then(() => {
    if (open) pick.busy = false;
  });
  const value = await chosen;
  open = false;
  pick.dispose();
  if (value === undefined) return;
  await writeSetting('agent', value);
  if (value === 'custom') await openSetting('offdesk.agentCommand');
}

function topItems(): Item[] {
  return [{ value: 'auto', label: vscode.l10n.t('the first one found, else the demo agent') }];
}

function endItems(): Item[] {
  const { agents, problems } = ownAgentsSetting(userSettings());
  return [
    { value: 'demo', label: vscode.l10n.t('Demo agent'), description: vscode.l10n.t('needs no key') },
    { label: vscode.l10n.t('your own'), kind: vscode.QuickPickItemKind.Separator },
    ...agents.map(({ name, command, args }) => ({
      ...{ value: name, label: name, description: [command, ...args].join(' ') },
    })),
    ...[...problems].map(([name, { sentence }]) => ({
      ...{ value: name, label: name, description: vscode.l10n.t('not usable'), detail: sentence },
    })),
    {
      value: 'custom',
      label: vscode.l10n.t('your own command'),
      detail: vscode.l10n.t('Any agent that speaks ACP.'),
    },
  ];
}

async function openSetting(name: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', name);
}

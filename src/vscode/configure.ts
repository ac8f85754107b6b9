/** 'Configure Remote Control': one list of what can be set, which comes back after each change until Escape. */
import * as vscode from 'vscode';
import type { AgentChoice } from '../host/api.ts';
import { addressProblem } from './address.ts';
import type { Desk } from './desk.ts';
import { tokenKey, userSettings, writeSetting } from './host-ports.ts';
import { reviewMcp } from './mcp.ts';
import { pickReach, reachLabel } from './pick-reach.ts';
import { pickAgent } from './pick-agent.ts';
import { sessionItems } from './session-settings.ts';
import { hostNameSetting, onByDefault, readSettings } from './settings.ts';

type Item = vscode.QuickPickItem & { run?: () => Promise<void> };

export async function configure(desk: Desk, secrets: vscode.SecretStorage): Promise<void> {
  for (;;) {
    const picked = await vscode.window.showQuickPick(await items(desk, secrets), {
      title: vscode.l10n.t('Configure Remote Control'),
      placeHolder: isOn(desk)
        ? vscode.l10n.t('Agent, addresses and name take effect at the next start')
        : vscode.l10n.t('Pick what to change; Escape to finish'),
    });
    if (!picked?.run) return;
    await picked.run();
  }
}

function isOn(desk: Desk): boolean {
  const state = desk.status?.state ?? 'off';
  return state !== 'off' && state !== 'error';
}

async function items(desk: Desk, secrets: vscode.SecretStorage): Promise<Item[]> {
  const { t } = vscode.l10n;
  const user = userSettings();
  const settings = readSettings(user);
  const byDefault = onByDefault(user);
  const token = settings.relay ? await secrets.get(tokenKey(settings.relay)) : undefined;
  const relayItems: Item[] = settings.relay
    ? [
        {
          label: t('Registration token of the relay'),
          description: token ? t('set') : t('not set'),
          detail: t('Kept in the secret store of VS Code.'),
          run: () => askToken(secrets, settings.relay),
        },
      ]
    : [];
  return [
    {
      label: t('On by default'),
      description: byDefault ? t('on') : t('off'),
      detail: byDefault
        ? t('Each trusted window connects as it opens. Pick to turn that off.')
        : t(
            'Remote control is off until you start it. Pick to have each trusted window connect as it opens.',
          ),
      run: () => writeSetting('onByDefault', !byDefault),
    },
    {
      label: t('Agent'),
      description: agentLabel(settings.agent),
      run: pickAgent,
    },
    {
      label: t('How a phone gets here'),
      description: settings.reach ? reachLabel(settings.reach) : t('not chosen yet'),
      run: () => pickReach(desk),
    },
    {
      label: t('Address of your own relay'),
      description: settings.relay || t('none'),
      run: () => askAddress('relayUrl', t('Address of your own relay'), settings.relay),
    },
    ...relayItems,
    {
      label: t('Address of your tunnel'),
      description: settings.publicUrl || t('none'),
      run: () => askAddress('publicUrl', t('Address of your tunnel'), settings.publicUrl),
    },
    {
      label: t('Name of this computer'),
      description: hostNameSetting(user) || t("the computer's own"),
      run: () => askName(hostNameSetting(user)),
    },
    ...sessionItems(settings),
    {
      label: t('MCP servers of this folder'),
      detail: t('Which of them the agent gets. Pick to be asked again.'),
      run: () => reviewMcp(desk),
    },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: t('Open all settings'), run: openSettings },
  ];
}

async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:offdesk.offdesk');
}

function agentLabel(agent: AgentChoice): string {
  switch (agent.kind) {
    case 'auto':
      return vscode.l10n.t('the first one found, else the demo agent');
    case 'named':
      return agent.name;
    case 'command':
      return agent.name ?? vscode.l10n.t('your own command');
    case 'invalid':
      return vscode.l10n.t('not usable');
  }
}

/** Escape changes nothing; empty removes the address. */
async function askAddress(key: 'relayUrl' | 'publicUrl', title: string, value: string): Promise<void> {
  const typed = await vscode.window.showInputBox({
    title,
    value,
    placeHolder: 'https://',
    prompt: vscode.l10n.t('Leave it empty for none.'),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() ? addressProblem(text, vscode.l10n.t) : undefined),
  });
  if (typed !== undefined) await writeSetting(key, typed.trim() || undefined);
}

async function askToken(secrets: vscode.SecretStorage, relay: string): Promise<void> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Registration token of the relay'),
    prompt: vscode.l10n.t('For {0}. Leave it empty to forget the token.', relay),
    password: true,
    ignoreFocusOut: true,
  });
  if (typed === undefined) return;
  if (typed.trim()) await secrets.store(tokenKey(relay), typed.trim());
  else await secrets.delete(tokenKey(relay));
}

async function askName(value: string): Promise<void> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Name of this computer'),
    value,
    prompt: vscode.l10n.t("Phones show it. Leave it empty for the computer's own name."),
    validateInput: (text) => (text.length > 64 ? vscode.l10n.t('At most {0} characters.', 64) : undefined),
  });
  if (typed !== undefined) await writeSetting('hostName', typed.trim() || undefined);
}

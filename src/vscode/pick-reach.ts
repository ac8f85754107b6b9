/** The chooser of how a phone gets here, as a list; while remote control is on the choice takes effect at once. */
import * as vscode from 'vscode';
import type { ReachKind } from '../protocol/host-status.ts';
import { addressProblem } from './address.ts';
import type { Desk } from './desk.ts';
import { userSettings, userTerminalPath, writeSetting } from './host-ports.ts';
import { readSettings } from './settings.ts';

type Choice = vscode.QuickPickItem & { kindOfReach: ReachKind; needsUrl: boolean; url: string };

export function reachLabel(kind: ReachKind): string {
  switch (kind) {
    case 'computer':
      return vscode.l10n.t('This computer only');
    case 'relay':
      return vscode.l10n.t('Your own relay');
    case 'tailscale':
      return vscode.l10n.t('Tailscale, run by Offdesk');
    case 'cloudflared':
      return vscode.l10n.t('Cloudflare quick tunnel, run by Offdesk');
    case 'tunnel':
      return vscode.l10n.t('Your tunnel');
    case 'lan':
      return vscode.l10n.t('Same network');
  }
}

export async function pickReach(desk: Desk): Promise<void> {
  const live = desk.status && desk.status.state !== 'off' ? desk.status : undefined;
  const choices = live
    ? live.reachOptions.filter(({ available }) => available).map(liveChoice)
    : await offChoices();
  const picked = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('How a phone gets here'),
    matchOnDetail: true,
  });
  if (!picked) return;
  const url = picked.needsUrl ? await askUrl(picked) : '';
  if (url === undefined) return;
  if (live) {
    const host = await desk.host();
    await (picked.needsUrl
      ? host.chooseReach(picked.kindOfReach, url)
      : host.chooseReach(picked.kindOfReach));
    return;
  }
  if (picked.needsUrl) await writeSetting(picked.kindOfReach === 'relay' ? 'relayUrl' : 'publicUrl', url);
  await writeSetting('reach', picked.kindOfReach);
}

function liveChoice(option: {
  kind: ReachKind;
  label: string;
  sentence: string;
  needsUrl: boolean;
  url: string;
}): Choice {
  const { kind, label, sentence, needsUrl, url } = option;
  return { kindOfReach: kind, label, detail: sentence, needsUrl, url };
}

/** Same network and quick tunnel are not among them: they are chosen anew each time, while on. */
async function offChoices(): Promise<Choice[]> {
  const { installedTunnels } = await import('../host/core.ts');
  const { relay, publicUrl } = readSettings(userSettings());
  const { t } = vscode.l10n;
  return [
    {
      kindOfReach: 'computer',
      label: reachLabel('computer'),
      detail: t('Browsers on this computer alone; no phone.'),
      needsUrl: false,
      url: '',
    },
    {
      kindOfReach: 'relay',
      label: reachLabel('relay'),
      detail: t('A server of yours passes sealed messages on. This computer opens no port.'),
      needsUrl: true,
      url: relay,
    },
    ...(installedTunnels(userTerminalPath()).includes('tailscale') ? [tailscaleChoice()] : []),
    {
      kindOfReach: 'tunnel',
      label: reachLabel('tunnel'),
      detail: t(
        'An HTTPS address of yours, such as one of Tailscale or cloudflared, leads to this computer.',
      ),
      needsUrl: true,
      url: publicUrl,
    },
  ];
}

function tailscaleChoice(): Choice {
  return {
    kindOfReach: 'tailscale',
    label: reachLabel('tailscale'),
    detail: vscode.l10n.t(
      'Offdesk runs tailscale serve while remote control is on; for devices in your tailnet.',
    ),
    needsUrl: false,
    url: '',
  };
}

async function askUrl(choice: Choice): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: choice.label,
    value: choice.url,
    placeHolder: 'https://',
    ignoreFocusOut: true,
    validateInput: (text) => addressProblem(text, vscode.l10n.t),
  });
  return typed?.trim();
}

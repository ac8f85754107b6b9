/** Notifications: what nobody at the desk can see otherwise, such as a pairing request while the view is hidden. */
import * as vscode from 'vscode';
import type { Call } from './attention.ts';
import type { Desk } from './desk.ts';
import { plainMessage } from './plain-message.ts';
import { showError } from './show-error.ts';

export async function announce(call: Call, desk: Desk): Promise<void> {
  try {
    if (call.kind === 'pairing') await announcePairing(call.pairing, desk);
    else await announceQuestion(call.sentence);
  } catch (error) {
    await showError(error);
  }
}

async function announcePairing(
  pairing: Extract<Call, { kind: 'pairing' }>['pairing'],
  desk: Desk,
): Promise<void> {
  const { device, code, id } = pairing;
  const deny = vscode.l10n.t('Deny');
  const allow = vscode.l10n.t('Allow');
  const show = vscode.l10n.t('Show');
  const picked = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'Offdesk: "{0}" asks to connect. Allow it only if it shows {1} now.',
      plainMessage(device),
      `${code.slice(0, 3)} ${code.slice(3)}`,
    ),
    // The first one is the default: denying.
    deny,
    allow,
    show,
  );
  if (picked === show) return void (await vscode.commands.executeCommand('offdesk.view.focus'));
  if (picked === undefined) return;
  await (await desk.host()).decidePairing(id, picked === allow);
}

/** The sentence says who asks what. */
async function announceQuestion(sentence: string): Promise<void> {
  const show = vscode.l10n.t('Show');
  const picked = await vscode.window.showInformationMessage(`Offdesk: ${plainMessage(sentence)}`, show);
  if (picked === show) await vscode.commands.executeCommand('offdesk.view.focus');
}

/** Settings changed while on. What a restart costs is said, since it is not asked again. */
export async function announceSettings(): Promise<void> {
  const restart = vscode.l10n.t('Restart Now');
  const picked = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Offdesk: The changed settings take effect at the next start. A restart ends the agent and this conversation.',
    ),
    restart,
  );
  if (picked === restart) await vscode.commands.executeCommand('offdesk.restart');
}

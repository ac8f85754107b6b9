/** Shows what went wrong as a sentence, with the next step as a button. */
import * as vscode from 'vscode';
import { asOffdeskError, type ErrorCode } from '../base/error.ts';
import { plainMessage } from './plain-message.ts';

interface NextStep {
  label: string;
  command: string;
}

function nextStep(code: ErrorCode, canMove: boolean): NextStep | undefined {
  const configure = { label: vscode.l10n.t('Configure'), command: 'offdesk.configure' };
  switch (code) {
    case 'untrusted_workspace':
      return { label: vscode.l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' };
    case 'folder_missing':
      return { label: vscode.l10n.t('Open Folder'), command: 'vscode.openFolder' };
    case 'host_locked':
      return canMove ? { label: vscode.l10n.t('Move It Here'), command: 'offdesk.move' } : undefined;
    case 'agent_login_required':
      return { label: vscode.l10n.t('Log In'), command: 'offdesk.login' };
    case 'agent_missing':
    case 'address_invalid':
    case 'port_taken':
    case 'relay_refused':
    case 'relay_unreachable':
    case 'session_limit':
    case 'settings_invalid':
      return configure;
    default:
      return undefined;
  }
}

/** Resolves when the user dismissed it or took the step. */
export async function showError(thrown: unknown, canMove = false): Promise<void> {
  const error = asOffdeskError(thrown);
  const step = nextStep(error.code, canMove);
  const log: NextStep = { label: vscode.l10n.t('Show Log'), command: 'offdesk.showLog' };
  const steps = step ? [step, log] : [log];
  const labels = steps.map(({ label }) => label);
  const picked = await vscode.window.showErrorMessage(`Offdesk: ${plainMessage(error.sentence)}`, ...labels);
  const taken = steps.find(({ label }) => label === picked);
  if (taken) await vscode.commands.executeCommand(taken.command);
}

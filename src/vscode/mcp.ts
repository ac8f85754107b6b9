/** MCP servers of the window's folder: where VS Code keeps more of them, and how the user is asked. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AskingPorts, McpListing, McpSource, McpWord } from '../host/mcp/mcp-ports.ts';
import { sessionFolder } from './allowed.ts';
import type { Desk } from './desk.ts';
import { plainMessage } from './plain-message.ts';

/**
 * VS Code keeps servers in `.vscode/mcp.json`, which the host reads itself, and in the user's own mcp.json, beside the
 * folder of extensions' data: of the profile, or of the server that this window works on. Before 1.102 they stood in
 * the setting `mcp`, which still counts here.
 */
export function mcpPorts({ globalStorageUri }: vscode.ExtensionContext): AskingPorts {
  return {
    sources: () => [...settingSources(), { file: join(globalStorageUri.fsPath, '..', '..', 'mcp.json') }],
    confirm,
  };
}

function settingSources(): McpSource[] {
  const found = vscode.workspace.getConfiguration(undefined, sessionFolder()).inspect('mcp');
  const { t } = vscode.l10n;
  return [
    { name: t('the setting "mcp" of the folder'), value: found?.workspaceFolderValue },
    { name: t('the setting "mcp" of the workspace'), value: found?.workspaceValue },
    { name: t('your setting "mcp"'), value: found?.globalValue },
  ];
}

/** A dialog where someone has just started the agent; else a notification, which opens it. */
async function confirm(servers: McpListing[], waits: boolean): Promise<McpWord> {
  const { t } = vscode.l10n;
  if (!waits) {
    const review = t('Review');
    const picked = await vscode.window.showInformationMessage(
      t('Offdesk: MCP servers of this folder wait for your word before the agent gets them.'),
      review,
    );
    if (picked !== review) return 'later';
  }
  const pass = t('Pass Them On');
  const refuse = t("Don't Pass Them On");
  const picked = await vscode.window.showInformationMessage(
    t('Offdesk: Pass these MCP servers on to the agent?'),
    { modal: true, detail: detailOf(servers) },
    pass,
    refuse,
  );
  return picked === pass ? 'allow' : picked === refuse ? 'refuse' : 'later';
}

function detailOf(servers: McpListing[]): string {
  const { t } = vscode.l10n;
  const lists = [...new Set(servers.map(({ from }) => from))].map((from) => {
    const lines = servers.filter((one) => one.from === from).map(({ name, what }) => `• ${name}: ${what}`);
    return [from, ...lines].join('\n');
  });
  const why = t(
    'The agent starts these programs, with your rights, or connects to these addresses. Your answer holds for this folder until one of them changes.',
  );
  return plainMessage([...lists, why].join('\n\n'));
}

/** The command: asks again, whatever was said before. */
export async function reviewMcp(desk: Desk): Promise<void> {
  const { t } = vscode.l10n;
  const host = await desk.host();
  const reviewed = await host.reviewMcp?.();
  if (!reviewed || reviewed.servers === 0) {
    void vscode.window.showInformationMessage(t('Offdesk: This folder names no MCP server to pass on.'));
    return;
  }
  if (reviewed.word !== 'later' && desk.status?.agent?.state === 'ready')
    void vscode.window.showInformationMessage(t('Offdesk: It counts from the next start of the agent.'));
}

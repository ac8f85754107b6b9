/** The first exchange with an agent's process: what both can, and a login that needs nobody. */
import type { ClientConnection, InitializeResponse } from '@agentclientprotocol/sdk';
import { OffdeskError } from '../base/error.ts';
import { BUILD } from '../protocol/version.ts';
import type { ToolsWanted } from './client-tools.ts';

export interface GreetOptions {
  /** Shown to the user. */
  name: string;
  /** Used where the agent offers it. */
  authMethod: string | undefined;
  /** What of a client it is offered. */
  tools: ToolsWanted;
}

/** Rejects with what the agent says (RequestError), or `version_mismatch`. */
export async function greet(
  connection: ClientConnection,
  { name, authMethod, tools }: GreetOptions,
): Promise<InitializeResponse> {
  const hello = await connection.agent.request('initialize', {
    protocolVersion: 1,
    clientInfo: { name: 'offdesk', title: 'Offdesk', version: BUILD },
    clientCapabilities: {
      // Not to every agent (known/): Gemini CLI fails to create files through a client's file system.
      ...(tools.files && { fs: { readTextFile: true, writeTextFile: true } }),
      ...(tools.terminals && { terminal: true }),
      session: { configOptions: { boolean: {} } },
      elicitation: { form: {}, url: {} },
      // A login in a terminal (login-ways.ts), as ACP has it.
      auth: { terminal: true },
      _meta: {
        // Claude Code then sends what its commands print.
        terminal_output: true,
        // The same login as it was before ACP had it: opencode knows no other.
        'terminal-auth': true,
      },
    },
  });
  if (hello.protocolVersion !== 1) {
    throw new OffdeskError(
      'version_mismatch',
      `${name} speaks version ${hello.protocolVersion} of ACP.`,
      'Update the agent or Offdesk.',
    );
  }
  if (authMethod !== undefined && hello.authMethods?.some((method) => method.id === authMethod)) {
    await connection.agent.request('authenticate', { methodId: authMethod });
  }
  return hello;
}

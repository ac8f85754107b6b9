/** ACP `terminal/*` and `fs/*` of an agent's connection, answered by what its session offers (client-tools.ts). */
import { RequestError, type ClientApp } from '@agentclientprotocol/sdk';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { AgentTerminals } from './agent-terminals.ts';
import type { ClientTools } from './client-tools.ts';

export interface ServedTools {
  terminals: AgentTerminals | undefined;
  files: ClientTools['files'];
}

export function serveTools(app: ClientApp, { terminals, files }: ServedTools): void {
  if (terminals) {
    app
      .onRequest('terminal/create', ({ params }) =>
        said(async () => {
          const { command, args = [], env = [], cwd, outputByteLimit } = params;
          const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
          const wish = { command, args, env: variables, cwd: cwd ?? undefined };
          return { terminalId: await terminals.create(wish, outputByteLimit ?? undefined) };
        }),
      )
      .onRequest('terminal/output', ({ params }) => terminals.output(params.terminalId))
      .onRequest('terminal/wait_for_exit', ({ params }) => terminals.wait(params.terminalId))
      .onRequest('terminal/kill', async ({ params }) => {
        await terminals.kill(params.terminalId);
        return {};
      })
      .onRequest('terminal/release', async ({ params }) => {
        await terminals.release(params.terminalId);
        return {};
      });
  }
  if (files) {
    app
      .onRequest('fs/read_text_file', ({ params: { path, line, limit } }) =>
        said(async () => {
          const content = await files.read(path);
          if (content === undefined) throw RequestError.resourceNotFound(path);
          return { content: linesOf(content, line ?? 1, limit ?? undefined) };
        }),
      )
      .onRequest('fs/write_text_file', ({ params: { path, content } }) =>
        said(async () => {
          await files.write(path, content);
          return {};
        }),
      );
  }
}

/** `line`: the first, from 1. */
function linesOf(content: string, line: number, limit: number | undefined): string {
  if (line <= 1 && limit === undefined) return content;
  const lines = content.split(/(?<=\n)/);
  const from = Math.max(0, line - 1);
  return lines.slice(from, limit === undefined ? undefined : from + limit).join('');
}

/** What the agent can tell its model: a sentence. */
async function said<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const { code, sentence } = asOffdeskError(error);
    throw error instanceof OffdeskError
      ? new RequestError(-32602, sentence, { code })
      : RequestError.internalError({}, sentence);
  }
}

/** What agents use of this host: terminals that people see, and text files as they are in the editor. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClientTools } from '../agent/client-tools.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import type { HostPorts } from './api.ts';
import { readSmallFile } from './small-file.ts';
import type { HostTerminals } from './terminals.ts';

/** Of a session. */
export type ToolsOf = (session: { id: string; cwd: string }) => ClientTools;

export function agentTools(ports: HostPorts, terminals: HostTerminals, allowed: AllowedFolders): ToolsOf {
  const files = {
    async read(path: string) {
      const real = await allowed.allowedPath(path);
      return (await ports.readOpenFile?.(real)) ?? (await readText(real));
    },
    async write(path: string, content: string) {
      const real = await allowed.allowedPath(path);
      if (await ports.writeOpenFile?.(real, content)) return;
      await mkdir(dirname(real), { recursive: true }).catch(failed);
      await writeFile(real, content).catch(failed);
    },
  };
  return ({ id: session, cwd }) => ({
    files,
    terminals: {
      available: () => terminals.available(),
      open: (wish) => terminals.openForAgent({ ...wish, cwd: wish.cwd ?? cwd }, session),
      close: (id) => terminals.close(id),
    },
  });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const read = await readSmallFile(path, limits.agentFileBytes);
    if ('text' in read) return read.text;
    throw new OffdeskError(
      'invalid_params',
      read.wrong === 'is no file' ? 'It is no file.' : 'The file is too large to be read as text.',
      read.wrong === 'is no file' ? '' : 'Read a part of it by a command.',
    );
  } catch (error) {
    if (error instanceof OffdeskError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return failed(error);
  }
}

function failed(error: unknown): never {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException;
  throw new OffdeskError('invalid_params', `The file could not be used (${code}).`, '', { cause: message });
}

/** Text files for agents, as they are in the editor; what is not saved there is written over only by who has read it. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClientTools } from '../agent/client-tools.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import type { HostPorts } from './api.ts';
import { readSmallFile } from './small-file.ts';
import { writeWhole } from './write-whole.ts';

type Files = NonNullable<ClientTools['files']>;

/** Of one session: what its agent knows another one need not know. */
export class AgentFiles implements Files {
  readonly #ports: Pick<HostPorts, 'readOpenFile' | 'writeOpenFile'>;
  readonly #allowed: AllowedFolders;
  /** By path: the hash of what the agent read or wrote last, that one last. */
  readonly #known = new Map<string, string>();

  constructor(ports: Pick<HostPorts, 'readOpenFile' | 'writeOpenFile'>, allowed: AllowedFolders) {
    this.#ports = ports;
    this.#allowed = allowed;
  }

  async read(path: string): Promise<string | undefined> {
    const real = await this.#allowed.allowedPath(path);
    const text = (await this.#ports.readOpenFile?.(real)) ?? (await readText(real));
    if (text !== undefined) this.#know(real, text);
    return text;
  }

  async write(path: string, content: string): Promise<void> {
    const real = await this.#allowed.allowedPath(path);
    const knows = (text: string) => this.#known.get(real) === hashOf(text);
    if (!(await this.#ports.writeOpenFile?.(real, content, knows))) {
      await mkdir(dirname(real), { recursive: true }).catch(failed);
      await writeWhole(real, content).catch(failed);
    }
    this.#know(real, content);
  }

  #know(path: string, text: string): void {
    this.#known.delete(path);
    this.#known.set(path, hashOf(text));
    const [oldest] = this.#known.keys();
    if (this.#known.size > limits.agentKnownFiles && oldest !== undefined) this.#known.delete(oldest);
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const read = await readSmallFile(path, limits.agentFileBytes);
    if ('text' in read) {
      if (read.exact) return read.text;
      throw new OffdeskError(
        'invalid_params',
        'The file is not text in UTF-8: written back it would be damaged.',
        'Read and change it by a command that knows what it is.',
      );
    }
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

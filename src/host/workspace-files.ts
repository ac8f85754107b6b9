/** @-files of the folders in which sessions work: what git tells of each, else what the shell finds. */
import { pathToFileURL } from 'node:url';
import { FileIndex } from '../files/file-index.ts';
import { gitFiles } from '../files/git-files.ts';
import { limits } from '../protocol/limits.ts';
import type { FilesResult } from '../protocol/methods.ts';
import type { HostPorts } from './api.ts';

export class WorkspaceFiles {
  readonly #ports: HostPorts;
  readonly #indexes = new Map<string, FileIndex>();

  constructor(ports: HostPorts) {
    this.#ports = ports;
  }

  /** The best first; `cwd`: an absolute folder. */
  async search(cwd: string, query: string, limit: number): Promise<FilesResult['files']> {
    let index = this.#indexes.get(cwd);
    if (!index) {
      const list = async () =>
        (await gitFiles(cwd, limits.indexedFiles)) ?? this.#ports.findFiles(limits.indexedFiles);
      index = new FileIndex(list, this.#ports.clock);
      this.#indexes.set(cwd, index);
    }
    const base = pathToFileURL(`${cwd}/`).href;
    const found = await index.search(query, limit);
    return found.map((match) => ({
      ...match,
      uri: new URL(match.path.split('/').map(encodeURIComponent).join('/'), base).href,
    }));
  }
}

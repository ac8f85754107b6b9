/** @-files of the folders in which sessions work: who asks, which folders count, and what comes first. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import { scopedLog } from '../base/log.ts';
import { usualExcludes } from '../files/excluded.ts';
import { FilesWorker } from '../files/files-worker.ts';
import type { Root } from '../files/worker-messages.ts';
import { limits } from '../protocol/limits.ts';
import type { FilesParams, FilesResult } from '../protocol/methods.ts';
import { AllowedFolders } from './allowed-folders.ts';
import type { HostPorts } from './api.ts';

export interface FilesPorts extends Pick<HostPorts, 'log' | 'workspace'> {
  /** All that are shared, beside the session's own. */
  folders(): readonly string[];
}

export class WorkspaceFiles {
  readonly #ports: FilesPorts;
  readonly #worker: FilesWorker;
  /** What each client asked last. */
  readonly #asked = new WeakMap<object, AbortController>();
  /** Of each folder of a session, absolute paths, the one chosen last first. */
  readonly #chosen = new Map<string, string[]>();
  #watching: Disposable | undefined;

  constructor(ports: FilesPorts) {
    this.#ports = ports;
    const log = scopedLog(ports.log, 'files');
    this.#worker = new FilesWorker({ log, most: limits.indexedFiles });
  }

  /**
   * The best first; `cwd`: an absolute folder. Of the same client a newer question takes an older one's place, which
   * rejects with `superseded`.
   */
  async search(
    cwd: string,
    client: object,
    { query, limit }: Pick<FilesParams, 'query' | 'limit'>,
    signal: AbortSignal,
  ): Promise<FilesResult['files']> {
    this.#asked.get(client)?.abort();
    const own = new AbortController();
    this.#asked.set(client, own);
    this.#watch();
    const recent = new Set([...(this.#chosen.get(cwd) ?? []), ...(this.#ports.workspace?.openFiles() ?? [])]);
    const ask = {
      ...{ roots: this.#rootsOf(cwd), query, limit },
      recent: [...recent].slice(0, limits.recentFiles),
    };
    return this.#worker.search(ask, AbortSignal.any([own.signal, signal]));
  }

  /** `uris`: of a prompt's links. Rejects with `path_not_allowed` where one leads out of the shared folders. */
  async linked(cwd: string, uris: readonly string[]): Promise<void> {
    const allowed = new AllowedFolders(() => [cwd, ...this.#ports.folders()]);
    const paths: string[] = [];
    for (const uri of uris) {
      const path = await allowed.allowedUri(uri, cwd);
      if (path !== undefined) paths.push(path);
    }
    const all = new Set([...paths, ...(this.#chosen.get(cwd) ?? [])]);
    if (paths.length > 0) this.#chosen.set(cwd, [...all].slice(0, limits.recentFiles));
  }

  /** Nothing is left of it; who asks later starts it again. */
  stop(): void {
    this.#watching?.dispose();
    this.#watching = undefined;
    this.#worker.stop();
  }

  /** A session in one of the workspace's folders gets the files of all of them, one elsewhere those of its folder. */
  #rootsOf(cwd: string): Root[] {
    const { workspace } = this.#ports;
    const folders = workspace?.folders() ?? [];
    const real = realOf(cwd);
    const open = folders.some(({ path }) => realOf(path) === real);
    const roots = open && folders.length > 1 ? folders : [{ name: '', path: cwd }];
    const names = new Set<string>();
    return roots.map(({ name, path }) => {
      let unique = name.replaceAll('/', '-');
      for (let count = 2; names.has(unique); count++) unique = `${name}-${count}`;
      names.add(unique);
      return {
        path,
        prefix: unique === '' ? '' : `${unique}/`,
        exclude: workspace?.excluded(path) ?? usualExcludes,
        watched: folders.some((folder) => isInside(relative(folder.path, path))),
      };
    });
  }

  #watch(): void {
    this.#watching ??= this.#ports.workspace?.onTouched((paths) => this.#worker.touch(paths));
  }
}

/** `way`: a relative path; to another drive of Windows there is none. */
function isInside(way: string): boolean {
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}

function realOf(path: string): string {
  try {
    const real = realpathSync(path);
    return real.endsWith(sep) && real.length > 1 ? real.slice(0, -1) : real;
  } catch {
    return path;
  }
}

/** Stands in for root-files.ts in the benchmark's worker: generated paths, which are on no disk. */
import { join } from 'node:path';
import type { Root } from '../../../src/files/worker-messages.ts';
import { makePaths } from './paths.ts';

export class RootFiles {
  readonly root: Root;
  readonly seesAll = true;

  constructor(root: Root) {
    this.root = root;
  }

  list(): Promise<string[]> {
    return Promise.resolve(makePaths(Number(this.root.path.slice(1))));
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }

  relative(path: string): string | undefined {
    return path.startsWith(`${this.root.path}/`) ? path.slice(this.root.path.length + 1) : undefined;
  }

  look(): Promise<{ came: string[]; went: string[] }> {
    return Promise.resolve({ came: [], went: [] });
  }

  offered(path: string): string {
    return join(this.root.path, path);
  }

  dispose(): void {}
}

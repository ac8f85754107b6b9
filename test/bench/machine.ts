/** What a figure was measured on: without it no figure means anything. */
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { vscodeServerMain } from '../support/paths.ts';

export function machine(chromium: string): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory}, ${type()} ${release()} ${arch()}`,
    `Node ${process.versions.node}, Chromium ${chromium}, VS Code ${vscodeVersion() ?? 'not here'}`,
    `load over one minute: ${load()}`,
  ].join('\n');
}

/** Processes that want to run, over the last minute: above the number of processors, times grow. */
export function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '';
}

function vscodeVersion(): string | undefined {
  const path = join(dirname(dirname(vscodeServerMain)), 'product.json');
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version;
}

/** The thread that lists and searches files, so that the host's own never waits for either. */
import { parentPort, workerData } from 'node:worker_threads';
import { FileIndex } from './file-index.ts';
import type { Ask, FromWorker, ToWorker } from './worker-messages.ts';

/** Folders in which somebody searched; with more the one used longest ago goes. */
const indexesMost = 8;

const { most } = workerData as { most: number };
const indexes = new Map<string, FileIndex>();
/** Searches for whose answer somebody waits. */
const wanted = new Set<number>();

function indexOf(roots: Ask['roots']): FileIndex {
  const name = JSON.stringify(roots);
  const index = indexes.get(name) ?? new FileIndex(roots, most);
  indexes.delete(name);
  indexes.set(name, index);
  for (const [other, old] of indexes) {
    if (indexes.size <= indexesMost) break;
    indexes.delete(other);
    old.dispose();
  }
  return index;
}

async function search({ id, ...ask }: { id: number } & Ask): Promise<void> {
  wanted.add(id);
  try {
    const index = indexOf(ask.roots);
    await index.ready();
    // What else has come meanwhile may say that nobody waits any more.
    await new Promise((resolve) => setImmediate(resolve));
    if (wanted.has(id)) tell({ kind: 'found', id, files: index.search(ask) });
  } catch (error) {
    tell({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    wanted.delete(id);
  }
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'search':
      return void search(message);
    case 'forget':
      return void wanted.delete(message.id);
    case 'touch':
      for (const index of indexes.values()) index.touch(message.paths);
  }
});

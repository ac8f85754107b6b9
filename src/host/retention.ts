/** What is kept of sessions that are over: whole ones are removed by age and by size, open ones never. */
import type { Clock } from '../base/clock.ts';
import { asOffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { HistorySettings } from './api.ts';
import type { SessionStore } from './session-store.ts';

export interface RetentionPorts {
  store: SessionStore;
  settings: HistorySettings;
  /** It is open, or read at present. */
  inUse(id: string): boolean;
  clock: Clock;
  log: Log;
}

const dayMs = 24 * 60 * 60 * 1000;
const megabyte = 1024 * 1024;

/** Resolves with how many were removed; never rejects. */
export async function removeOld({ store, settings, inUse, clock, log }: RetentionPorts): Promise<number> {
  const { maxAgeDays, maxSizeMB } = settings;
  const oldest = maxAgeDays > 0 ? clock.now() - maxAgeDays * dayMs : -Infinity;
  const maxBytes = maxSizeMB > 0 ? maxSizeMB * megabyte : Infinity;
  const all = [...store.sorted];
  const sizes = await Promise.all(all.map(({ id }) => store.sizeOf(id)));
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  let removed = 0;
  for (const [i, { id, open, updatedAt, worktree, empty }] of [...all.entries()].reverse()) {
    // A worktree is removed by its user alone, who finds it by its session.
    if (open || worktree || inUse(id)) continue;
    if (!empty && updatedAt >= oldest && bytes <= maxBytes) continue;
    try {
      await store.remove(id);
      bytes -= sizes[i] ?? 0;
      removed++;
    } catch (error) {
      log.write('warn', 'a past session could not be removed', { id, code: asOffdeskError(error).code });
    }
  }
  if (removed > 0) log.write('info', 'past sessions were removed by age or size', { removed });
  return removed;
}

/** The sessions that this machine keeps, open or over, without a host that runs. */
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { RowWorktree } from '../protocol/new-session.ts';
import { worktreeRow } from './session-row.ts';
import { SessionStore } from './session-store.ts';
import { WorktreeChanges } from './worktree-changes.ts';

export interface ListedSession {
  id: string;
  /** The agent's own id of it; absent where it has none yet. */
  agentSession?: string;
  title: string;
  /** Where it works; an absolute path. */
  cwd: string;
  agent: string;
  /** Milliseconds since the Unix epoch. */
  updatedAt: number;
  /** It comes back by itself where remote control starts in its folder. */
  open: boolean;
  /** A git worktree of its own. */
  worktree?: RowWorktree;
}

/** The one used last first. Rejects with `storage_failed`. */
export async function listSessions(machineFolder: string, log: Log): Promise<ListedSession[]> {
  const { sorted } = await SessionStore.open(machineFolder, log);
  const changes = new WorktreeChanges({ clock: systemClock, changed: () => {} });
  const listed = await changes.seen(
    sorted.map(({ id, title, cwd, agent, updatedAt, open, agentSession, worktree }) => ({
      ...{ id, title, cwd, agent: agent.title, updatedAt, open },
      ...(agentSession === undefined ? {} : { agentSession }),
      ...(worktree && { worktree: worktreeRow(worktree) }),
    })),
  );
  changes.stop();
  return listed;
}

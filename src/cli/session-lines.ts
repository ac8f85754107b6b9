/** What the terminal's desk says of sessions: a line each where there are several, and where new ones work. */
import { plainLine } from '../base/plain-text.ts';
import type { NewSessions } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import type { RowWorktree, SpawnMode, SpawnState } from '../protocol/new-session.ts';

/** A terminal is no list. */
const mostLines = 8;

const stateWords = {
  starting: 'starting',
  idle: 'idle',
  working: 'working',
  waiting: 'waits for you',
  ended: 'ended',
} as const;

/** Where there are several, each; and how many there may be. `keys`: it is said which toggles what. */
export function sessionLines(
  { sessions = [], state }: HostStatus,
  spawn: SpawnState | undefined,
  keys: boolean,
): string[] {
  const all = sessions.length > 1 ? sessions : [];
  const shown = all.slice(0, mostLines);
  const more = all.length - shown.length;
  return [
    ...shown.map(({ title, agent, state, worktree }) =>
      plainLine(`  ${[title, agent, stateWords[state], ...worktreeWords(worktree)].join(' · ')}`),
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(spawn && state === 'on' ? [spawnLine(spawn, keys)] : []),
  ];
}

/** Its branch, and whether work in it is in no commit. */
export function worktreeWords(worktree: RowWorktree | undefined): string[] {
  return worktree ? [`${worktree.branch}${worktree.dirty ? ' (not committed)' : ''}`] : [];
}

/** Toggles where new sessions work, and says so. Rejects as `NewSessions.setSpawn`. */
export async function toggleSpawn(sessions: NewSessions): Promise<string> {
  if (sessions.spawn.mode === 'session') {
    return 'Remote control was started for one session (--spawn session): there are no further ones.';
  }
  await sessions.setSpawn(sessions.spawn.mode === 'worktree' ? 'same-dir' : 'worktree');
  return `New sessions work ${placeWords[sessions.spawn.mode]}.`;
}

const placeWords: Record<SpawnMode, string> = {
  'same-dir': 'in the folder itself',
  worktree: 'in a git worktree of their own each',
  session: 'nowhere: there is one session',
};

function spawnLine({ mode, capacity, open }: SpawnState, keys: boolean): string {
  if (mode === 'session') return 'One session is shared.';
  const other = mode === 'worktree' ? 'in the folder itself' : 'in worktrees';
  return `${open} of ${capacity} sessions, new ones ${placeWords[mode]}${keys ? ` (w: ${other})` : ''}`;
}

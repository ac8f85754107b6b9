/** A session that is open as clients see it in their lists. */
import type { ClientState } from '../protocol/methods.ts';
import type { RowWorktree } from '../protocol/new-session.ts';
import type { LiveSession } from './session-maker.ts';
import { repoName, type Worktree } from './worktrees.ts';

export function rowOf({ session, kept }: LiveSession): ClientState['sessions'][number] {
  const { worktree } = kept.stored;
  const { modeName } = session;
  const [asked] = session.openQuestionList;
  return {
    ...{ id: session.id, title: session.title, cwd: session.cwd },
    agent: { name: session.agentName, demo: session.demo },
    ...{ state: session.state, updatedAt: session.updatedAt },
    ...(worktree && { worktree: worktreeRow(worktree) }),
    ...(modeName === undefined ? {} : { mode: modeName }),
    ...(asked && { asks: asked.sentence }),
  };
}

export function worktreeRow({ branch, path, repository }: Worktree): RowWorktree {
  return { branch, path, repository: repoName(repository) };
}

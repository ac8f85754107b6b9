/** New sessions, and sessions closed and opened again, from any client that may do all (docs/SPEC.md, H14 on). */
import * as z from 'zod/v4';
import { limits } from './limits.ts';

/**
 * `same-dir`: a new session works in the folder itself; `worktree`: in a git worktree of its own; `session`: one session
 * is shared, and further ones are refused.
 */
export const spawnMode = z.enum(['same-dir', 'worktree', 'session']);
export type SpawnMode = z.infer<typeof spawnMode>;

/** How new sessions begin; `open`: so many of `capacity` are open. */
export const spawnState = z.object({
  mode: spawnMode,
  capacity: z.number().int(),
  open: z.number().int(),
});
export type SpawnState = z.infer<typeof spawnState>;

/** Of a session that another program has open. `fork`: in a copy; `anyway`: both programs will have it. */
export const liveChoice = z.enum(['fork', 'anyway']);

const path = z.string().min(1).max(limits.pathChars);
const sessionId = z.string().max(128);

export const choicesResult = z.object({
  /** What a new session can have; the first one that is available is what it gets without a choice. */
  agents: z.array(
    z.object({
      /** By which it is chosen. */
      name: z.string(),
      title: z.string(),
      /** It is installed on this computer. */
      available: z.boolean(),
      /** Where it is not: how to install it, a sentence. */
      install: z.string().optional(),
    }),
  ),
  /** Allowed ones, and all below them; the first is what a new session gets without a choice. `git`: worktrees can be had of it. */
  folders: z.array(z.object({ path: z.string(), name: z.string(), git: z.boolean().optional() })),
  spawn: spawnState,
});
export type ChoicesResult = z.infer<typeof choicesResult>;

/**
 * `id`: made by the client; the same one again, also after a restart of the host, is the same session. `folder`: an
 * absolute path, an allowed folder or one below. `spawn`: for this one alone.
 */
export const newSessionParams = z.object({
  id: z.string().min(1).max(64).optional(),
  agent: z.string().max(64).optional(),
  folder: path.optional(),
  name: z.string().max(limits.titleChars).optional(),
  spawn: z.enum(['same-dir', 'worktree']).optional(),
});
export type NewSessionParams = z.infer<typeof newSessionParams>;
export const newSessionResult = z.object({ sessionId: z.string() });
export type NewSessionResult = z.infer<typeof newSessionResult>;

/** Of close. */
export const oneSessionParams = z.object({ sessionId });
/** One that is open in another program is `session_live` unless somebody chose what becomes of it. */
export const reopenParams = z.object({ sessionId, live: liveChoice.optional() });
/** In which it goes on: the same, or a copy. */
export const reopenResult = z.object({ sessionId: z.string() });
/** Whether further sessions are shared at all (`session`) is the desk's alone to change. */
export const spawnParams = z.object({ mode: spawnMode });

/** `confirmed`: the user was told what is lost (the sentences of `worktree_dirty`). */
export const removeWorktreeParams = z.object({ sessionId, confirmed: z.boolean().optional() });
/** `commit`: where its branch ended, by which git still finds it for a while. */
export const removeWorktreeResult = z.object({ branch: z.string(), commit: z.string().nullable() });
export type RemoveWorktreeResult = z.infer<typeof removeWorktreeResult>;

/** In a session's row: the git worktree that was made for it. `dirty`: files in it are changed or new, and in no commit. */
export const rowWorktree = z.object({
  branch: z.string(),
  path: z.string(),
  /** The name of the repository that it is of. */
  repository: z.string().optional(),
  dirty: z.boolean().optional(),
});
export type RowWorktree = z.infer<typeof rowWorktree>;

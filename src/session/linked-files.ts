/** The files that a prompt links to: each has to be one that the user shares. */
import type { PromptBlock } from '../protocol/facts.ts';
import type { SessionDirectory } from './client-port.ts';
import type { Session } from './session.ts';

/** Before the prompt is taken; undefined where it links to none. Rejects with `path_not_allowed`. */
export function linkFiles(
  sessions: SessionDirectory,
  session: Session,
  blocks: readonly PromptBlock[],
): Promise<void> | undefined {
  const uris = blocks.flatMap(({ type, uri }) =>
    type === 'resource_link' && typeof uri === 'string' ? [uri] : [],
  );
  return uris.length > 0 ? sessions.filesLinked(session, uris) : undefined;
}

/** Which earlier session `--continue` and `--resume` mean, and what to say where there is none such. */
import { OffdeskError } from '../base/error.ts';
import type { OwnSessions } from '../session/agent-port.ts';
import type { SessionWish } from './api.ts';
import { sameFolderAs } from './same-folder.ts';
import { homeOf, type StoredSession } from './session-store.ts';

type OwnSession = OwnSessions['sessions'][number];

/** So many of the newest are named where a session is not known. */
const named = 5;

/**
 * Among Offdesk's own, the one used last first; undefined where only the agent can know it. Throws `session_unknown`
 * where it belongs to another folder.
 */
export function findStored(
  sorted: readonly StoredSession[],
  cwd: string,
  wish: SessionWish,
): StoredSession | undefined {
  const here = sameFolderAs(cwd);
  if (wish.kind === 'newest') return sorted.find((stored) => here(stored.cwd));
  const found = sorted.find(({ id, agentSession }) => id === wish.id || agentSession === wish.id);
  if (found && !here(found.cwd) && !here(homeOf(found))) throw elsewhere(homeOf(found));
  return found;
}

/** Among the agent's own, the one used last first. Throws as `findStored`. */
export function findOwn(own: readonly OwnSession[], cwd: string, wish: SessionWish): OwnSession | undefined {
  const here = sameFolderAs(cwd);
  if (wish.kind === 'newest') return own.find((one) => here(one.cwd));
  const found = own.find(({ id }) => id === wish.id);
  if (found && !here(found.cwd)) throw elsewhere(found.cwd);
  return found;
}

/** `session_unknown`, with the newest of this folder by id and title. */
export function unknownSession(
  wish: SessionWish,
  cwd: string,
  sorted: readonly StoredSession[],
  own: readonly OwnSession[],
): OffdeskError {
  const kept = new Set(sorted.flatMap(({ agentSession }) => agentSession ?? []));
  const isHere = sameFolderAs(cwd);
  const here = [
    ...sorted.filter((stored) => isHere(stored.cwd)),
    ...own.filter((one) => !kept.has(one.id) && isHere(one.cwd)),
  ].sort((a, b) => (b.updatedAt ?? 0) - (a.updatedAt ?? 0));
  if (here.length === 0) {
    const what =
      wish.kind === 'id' ? `There is no session ${wish.id}, and none` : 'There is no earlier session';
    return new OffdeskError('session_unknown', `${what} in ${cwd}.`, 'Start a new one without that option.');
  }
  const lines = here.slice(0, named).map(({ id, title }) => `  ${id}  ${title || 'untitled'}`);
  return new OffdeskError(
    'session_unknown',
    `There is no session ${wish.kind === 'id' ? wish.id : ''} in ${cwd}.`,
    ['The newest there are:', ...lines].join('\n'),
  );
}

function elsewhere(cwd: string): OffdeskError {
  return new OffdeskError(
    'session_unknown',
    `That session works in ${cwd}.`,
    'Start remote control in that folder.',
  );
}

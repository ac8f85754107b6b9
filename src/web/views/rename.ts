/** A session gets a name, by `/rc` and a name: what is asked for, and what came of it in words. */
import { limits } from '../../protocol/limits.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';

/** A refusal is shown as that of any change. */
export function rename(session: SessionClient, wanted: string): string {
  const name = wanted.slice(0, limits.titleChars);
  session.change({ kind: 'name', name });
  return strings.commands.named(name);
}

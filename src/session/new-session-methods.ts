/** Methods of whole sessions: a new one, one closed, one opened again, a worktree removed. */
import * as p from '../protocol/methods.ts';
import {
  newSessionParams,
  oneSessionParams,
  removeWorktreeParams,
  reopenParams,
  spawnParams,
} from '../protocol/new-session.ts';
import { requireScope, type Call, type MethodPorts, type MethodTable } from './client-port.ts';
import { parsed } from './requests.ts';

export function newSessionMethods({ client, sessions }: MethodPorts): MethodTable {
  const { spawner } = sessions;
  const controlled =
    (answer: (params: unknown) => Promise<unknown>) =>
    async ({ params }: Call): Promise<unknown> => {
      requireScope(client, 'control');
      return answer(params);
    };
  return {
    [p.methods.sessionChoices]: controlled(() => spawner.choices()),
    [p.methods.sessionNew]: controlled(async (params) => ({
      sessionId: await spawner.create(parsed(newSessionParams, params), client.origin),
    })),
    [p.methods.sessionClose]: controlled(async (params) => {
      await spawner.close(parsed(oneSessionParams, params).sessionId);
      return {};
    }),
    [p.methods.sessionReopen]: controlled(async (params) => {
      const { sessionId, live } = parsed(reopenParams, params);
      return { sessionId: await spawner.reopen(sessionId, live) };
    }),
    [p.methods.sessionSpawn]: controlled((params) => {
      spawner.choose(parsed(spawnParams, params).mode, client.origin.kind === 'desk');
      return Promise.resolve({});
    }),
    [p.methods.worktreeRemove]: controlled((params) => {
      const { sessionId, confirmed = false } = parsed(removeWorktreeParams, params);
      return spawner.removeWorktree(sessionId, confirmed);
    }),
  };
}

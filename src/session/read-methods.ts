/** Methods of looking around: history and search, sessions that are over, and those that the agent itself remembers. */
import * as p from '../protocol/methods.ts';
import { requireScope, type MethodPorts, type MethodTable } from './client-port.ts';
import type { Reads } from './reads.ts';
import { parsed } from './requests.ts';

export function readMethods({ client, sessions }: MethodPorts, reads: Reads): MethodTable {
  return {
    [p.methods.history]: ({ params }) => reads.history(parsed(p.historyParams, params)),
    [p.methods.search]: ({ params, signal }) => reads.search(parsed(p.searchParams, params), signal),
    [p.methods.past]: ({ params }) => reads.past(parsed(p.pastParams, params)),
    [p.methods.agentSessions]: ({ params }) => {
      requireScope(client, 'control');
      return sessions.agentSessions(parsed(p.agentSessionsParams, params));
    },
    [p.methods.agentSessionContinue]: async ({ params }) => {
      requireScope(client, 'control');
      const { id, live } = parsed(p.agentSessionContinueParams, params);
      return { sessionId: await sessions.continueAgentSession(id, live) };
    },
  };
}

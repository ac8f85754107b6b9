/** The ACP connection to an agent's process: what it tells goes to the replay, what it asks to the session. */
import { client, type ClientConnection, type Stream } from '@agentclientprotocol/sdk';
import type { Log } from '../base/log.ts';
import { rawUpdate } from '../protocol/facts.ts';
import { tapNotifications } from '../protocol/transport.ts';
import type { AgentSink } from '../session/agent-port.ts';
import type { Replay } from './replay.ts';
import { serveTools, type ServedTools } from './serve-tools.ts';

export function connectAgent(
  stream: Stream,
  sink: AgentSink,
  replay: Replay,
  log: Log,
  tools: ServedTools,
): ClientConnection {
  // The SDK would strip what it does not know: the journal keeps updates as they came.
  const tapped = tapNotifications(stream, 'session/update', (params) => {
    const { sessionId, update } = (params ?? {}) as { sessionId?: unknown; update?: unknown };
    const known = rawUpdate.safeParse(update);
    if (known.success) {
      replay.update(sessionId, known.data);
      tools.terminals?.see(known.data);
    } else log.write('warn', 'dropped a session/update without a kind');
  });
  const app = client({ name: 'offdesk' })
    .onRequest('session/request_permission', async (cx) => {
      const end = await sink.ask('permission', cx.params, cx.signal);
      if ('outcome' in end && end.outcome === 'selected')
        return { outcome: { outcome: 'selected', optionId: end.optionId } };
      return { outcome: { outcome: 'cancelled' } };
    })
    .onRequest('elicitation/create', async (cx) => {
      const end = await sink.ask('elicitation', cx.params, cx.signal);
      return 'action' in end ? end : { action: 'cancel' };
    })
    // The page that was opened is done with: the agent goes on by itself.
    .onNotification('elicitation/complete', () => {});
  serveTools(app, tools);
  return app.connect(tapped);
}

// Answers a prompt with one line of 40 MiB, or as many bytes as its argument says.
import { serve, send } from './lines.mjs';

const bytes = Number(process.argv[2] ?? 40 * 1024 * 1024);

serve({
  'session/prompt': ({ sessionId }, id) => {
    const content = { type: 'text', text: 'x'.repeat(bytes) };
    send({
      method: 'session/update',
      params: { sessionId, update: { sessionUpdate: 'agent_message_chunk', content } },
    });
    send({ id, result: { stopReason: 'end_turn' } });
  },
});

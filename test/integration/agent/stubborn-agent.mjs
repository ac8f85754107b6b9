// An agent that goes on after a cancel, has `models` in the place of an option for them, lists its sessions in two
// pages, and tells what was said in one that it loads.
import { say, send, serve } from '../../support/bad-agents/lines.mjs';

const models = {
  currentModelId: 'started-with',
  availableModels: [
    { modelId: 'big', name: 'Big' },
    { modelId: 'small', name: 'Small', description: 'The smaller one' },
  ],
};
const row = (sessionId, updatedAt) => ({ sessionId, cwd: '/tmp', title: null, updatedAt });

serve({
  initialize: () => ({
    protocolVersion: 1,
    agentCapabilities: { loadSession: true, sessionCapabilities: { list: {}, resume: {} } },
  }),
  'session/new': () => ({ sessionId: 's1', models }),
  'session/resume': () => ({ models }),
  'session/load'({ sessionId }, id) {
    const content = { type: 'text', text: 'asked' };
    send({
      method: 'session/update',
      params: { sessionId, update: { sessionUpdate: 'user_message_chunk', content } },
    });
    send({ id, result: { models } });
    say(sessionId, 'said');
  },
  'session/list': ({ cursor }) =>
    cursor === undefined
      ? { sessions: [row('s2', '2026-11-20T10:00:00Z')], nextCursor: 'more' }
      : { sessions: [row('s1', null)] },
  'session/set_model'({ sessionId, modelId }) {
    say(sessionId, `model ${modelId}`);
    return {};
  },
  'session/prompt'({ sessionId, prompt: [{ text }] }) {
    say(sessionId, text);
    return text === 'on' ? { stopReason: 'end_turn' } : undefined;
  },
});

/** OpenAI's chat completions: opencode, Copilot CLI, Kimi Code. */
import type { ModelRequest } from './scenarios.ts';
import { list, record, textOf, used, type Json, type Wire } from './wire.ts';

const usage = {
  prompt_tokens: used.input,
  completion_tokens: used.output,
  total_tokens: used.input + used.output,
};

export const openaiChat: Wire = {
  read(body): ModelRequest {
    const turns = list(body['messages']).map((value): ModelRequest['turns'][number] => {
      const { role, content } = record(value);
      const by = role === 'tool' ? 'tool' : role === 'user' ? 'user' : 'assistant';
      return { role: by, text: textOf(content) };
    });
    const tools = list(body['tools']).map((tool) => {
      const { name, parameters } = record(record(tool)['function']);
      return { name: String(name), schema: record(parameters) };
    });
    return { turns, tools, everything: JSON.stringify(body), stream: body['stream'] === true };
  },

  async stream(reply, events, id) {
    const head = { id, object: 'chat.completion.chunk', created: 0, model: 'fake-model' };
    const send = (delta: Json, finish: string | null = null): void =>
      events.send({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });
    send({ role: 'assistant', content: '' });
    await events.words(reply.thought, (reasoning_content) => send({ reasoning_content }));
    await events.words(reply.text, (content) => send({ content }));
    const { call } = reply;
    if (call) {
      const named = { name: call.tool.name, arguments: JSON.stringify(call.args) };
      send({ tool_calls: [{ index: 0, id: `call_${id}`, type: 'function', function: named }] });
    }
    send({}, call ? 'tool_calls' : 'stop');
    events.send({ ...head, choices: [], usage });
    events.send('[DONE]');
    events.end();
  },

  whole(reply, id) {
    const { call } = reply;
    const message: Json = { role: 'assistant', content: reply.text };
    if (call) {
      const named = { name: call.tool.name, arguments: JSON.stringify(call.args) };
      message['tool_calls'] = [{ id: `call_${id}`, type: 'function', function: named }];
    }
    const choice = { index: 0, message, finish_reason: call ? 'tool_calls' : 'stop' };
    return { id, object: 'chat.completion', created: 0, model: 'fake-model', choices: [choice], usage };
  },
};

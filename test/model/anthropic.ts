/** Anthropic's messages API: Claude Code. */
import type { ModelReply, ModelRequest } from './scenarios.ts';
import { list, record, textOf, used, type Json, type Wire } from './wire.ts';

export const anthropic: Wire = {
  read(body): ModelRequest {
    const turns = list(body['messages']).flatMap((value): ModelRequest['turns'] => {
      const { role, content } = record(value);
      const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : list(content);
      return blocks.map((block) => {
        const isResult = record(block)['type'] === 'tool_result';
        const by = role === 'assistant' ? 'assistant' : isResult ? 'tool' : 'user';
        return { role: by, text: textOf(block) };
      });
    });
    const tools = list(body['tools']).map((tool) => {
      const { name, input_schema } = record(tool);
      return { name: String(name), schema: record(input_schema) };
    });
    return { turns, tools, everything: JSON.stringify(body), stream: body['stream'] === true };
  },

  async stream(reply, events, id) {
    const send = (type: string, data: Json): void => events.send({ type, ...data }, type);
    const message = { id, type: 'message', role: 'assistant', model: 'fake-model', content: [] };
    const usage = { input_tokens: used.input, output_tokens: 1 };
    send('message_start', { message: { ...message, stop_reason: null, stop_sequence: null, usage } });
    let index = 0;
    const block = async (start: Json, write: (at: number) => Promise<unknown>): Promise<void> => {
      send('content_block_start', { index, content_block: start });
      await write(index);
      send('content_block_stop', { index: index++ });
    };
    const delta = (at: number, data: Json): void => send('content_block_delta', { index: at, delta: data });
    if (reply.thought) {
      await block({ type: 'thinking', thinking: '', signature: '' }, async (at) => {
        await events.words(reply.thought, (thinking) => delta(at, { type: 'thinking_delta', thinking }));
        delta(at, { type: 'signature_delta', signature: 'scripted' });
      });
    }
    await block({ type: 'text', text: '' }, (at) =>
      events.words(reply.text, (text) => delta(at, { type: 'text_delta', text })),
    );
    const { call } = reply;
    if (call) {
      const start = { type: 'tool_use', id: `toolu_${id}`, name: call.tool.name, input: {} };
      await block(start, (at) => {
        delta(at, { type: 'input_json_delta', partial_json: JSON.stringify(call.args) });
        return Promise.resolve();
      });
    }
    const end = { stop_reason: stopReason(reply), stop_sequence: null };
    send('message_delta', { delta: end, usage: { output_tokens: used.output } });
    send('message_stop', {});
    events.end();
  },

  whole(reply, id) {
    const content: Json[] = [{ type: 'text', text: reply.text }];
    const { call } = reply;
    if (call) content.push({ type: 'tool_use', id: `toolu_${id}`, name: call.tool.name, input: call.args });
    const usage = { input_tokens: used.input, output_tokens: used.output };
    const message = { id, type: 'message', role: 'assistant', model: 'fake-model', content };
    return { ...message, stop_reason: stopReason(reply), stop_sequence: null, usage };
  },
};

const stopReason = (reply: ModelReply): string => (reply.call ? 'tool_use' : 'end_turn');

/** POST …/messages/count_tokens */
export const countTokens: Json = { input_tokens: used.input };

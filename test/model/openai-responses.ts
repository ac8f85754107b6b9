/** OpenAI's responses API: Codex. */
import type { ModelReply, ModelRequest, ModelTool } from './scenarios.ts';
import { list, record, textOf, used, type Json, type Wire } from './wire.ts';

export const openaiResponses: Wire = {
  read(body): ModelRequest {
    const input =
      typeof body['input'] === 'string' ? [{ role: 'user', content: body['input'] }] : body['input'];
    const turns = list(input).map((value): ModelRequest['turns'][number] => {
      const { type, role, content, output } = record(value);
      if (/_output$/.test(String(type))) return { role: 'tool', text: textOf(output) };
      return { role: role === 'user' ? 'user' : 'assistant', text: textOf(content) };
    });
    const tools = list(body['tools']).flatMap((tool): ModelTool[] => {
      const { type, name, parameters } = record(tool);
      if (typeof name !== 'string') return [];
      // Codex writes files by a patch in free text.
      if (type === 'custom') return [{ name, schema: {}, freeform: true }];
      return [{ name, schema: record(parameters) }];
    });
    return { turns, tools, everything: JSON.stringify(body), stream: body['stream'] === true };
  },

  async stream(reply, events, id) {
    let sequence_number = 0;
    const send = (type: string, data: Json): void =>
      events.send({ type, sequence_number: sequence_number++, ...data }, type);
    send('response.created', { response: response(id, [], 'in_progress') });
    const output = items(reply, id);
    for (const [output_index, item] of output.entries()) {
      const at = { item_id: item['id'], output_index };
      const started = { ...item, status: 'in_progress', content: [], summary: [] };
      send('response.output_item.added', { output_index, item: started });
      if (item['type'] === 'reasoning') {
        const part = { ...at, summary_index: 0 };
        send('response.reasoning_summary_part.added', { ...part, part: { type: 'summary_text', text: '' } });
        await events.words(reply.thought, (delta) =>
          send('response.reasoning_summary_text.delta', { ...part, delta }),
        );
        send('response.reasoning_summary_text.done', { ...part, text: reply.thought });
      } else if (item['type'] === 'message') {
        const part = { ...at, content_index: 0 };
        send('response.content_part.added', {
          ...part,
          part: { type: 'output_text', text: '', annotations: [] },
        });
        await events.words(reply.text, (delta) => send('response.output_text.delta', { ...part, delta }));
        send('response.output_text.done', { ...part, text: reply.text });
      }
      send('response.output_item.done', { output_index, item });
    }
    send('response.completed', { response: response(id, output, 'completed') });
    events.end();
  },

  whole: (reply, id) => response(id, items(reply, id), 'completed'),
};

function items(reply: ModelReply, id: string): Json[] {
  const output: Json[] = [];
  if (reply.thought) {
    output.push({
      type: 'reasoning',
      id: `rs_${id}`,
      summary: [{ type: 'summary_text', text: reply.thought }],
    });
  }
  const content = [{ type: 'output_text', text: reply.text, annotations: [] }];
  output.push({ type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content });
  const { call } = reply;
  if (!call) return output;
  const common = { id: `fc_${id}`, call_id: `call_${id}`, name: call.tool.name, status: 'completed' };
  const input = String(call.args['input'] ?? '');
  if (call.tool.freeform) output.push({ type: 'custom_tool_call', ...common, input });
  else output.push({ type: 'function_call', ...common, arguments: JSON.stringify(call.args) });
  return output;
}

function response(id: string, output: Json[], status: string): Json {
  const usage = {
    input_tokens: used.input,
    output_tokens: used.output,
    total_tokens: used.input + used.output,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  return { id: `resp_${id}`, object: 'response', created_at: 0, status, model: 'fake-model', output, usage };
}

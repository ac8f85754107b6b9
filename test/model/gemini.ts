/** Google's generateContent: Gemini CLI. */
import type { ModelReply, ModelRequest } from './scenarios.ts';
import { list, record, textOf, used, type Json, type Wire } from './wire.ts';

export const gemini: Wire = {
  read(body, url): ModelRequest {
    const turns = list(body['contents']).flatMap((value): ModelRequest['turns'] => {
      const { role, parts } = record(value);
      return list(parts).map((part) => {
        const result = record(part)['functionResponse'];
        if (result) return { role: 'tool', text: JSON.stringify(record(result)['response']) };
        return { role: role === 'model' ? 'assistant' : 'user', text: textOf(part) };
      });
    });
    const tools = list(body['tools']).flatMap((tool) =>
      list(record(tool)['functionDeclarations']).map((declaration) => {
        const { name, parametersJsonSchema, parameters } = record(declaration);
        return { name: String(name), schema: record(parametersJsonSchema ?? parameters) };
      }),
    );
    const stream = url.pathname.endsWith(':streamGenerateContent');
    return { turns, tools, everything: JSON.stringify(body), stream };
  },

  async stream(reply, events) {
    if (reply.thought) events.send(chunk([{ text: `**Thinking**\n${reply.thought}`, thought: true }]));
    await events.words(reply.text, (text) => events.send(chunk([{ text }])));
    events.send({ ...chunk(callParts(reply), 'STOP'), usageMetadata });
    events.end();
  },

  whole: (reply) => ({ ...chunk([{ text: reply.text }, ...callParts(reply)], 'STOP'), usageMetadata }),
};

const usageMetadata = {
  promptTokenCount: used.input,
  candidatesTokenCount: used.output,
  totalTokenCount: used.input + used.output,
};

/** POST …:countTokens */
export const geminiTokens: Json = { totalTokens: used.input };

function chunk(parts: Json[], finishReason?: string): Json {
  const end = finishReason === undefined ? {} : { finishReason };
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...end }],
    modelVersion: 'fake-model',
  };
}

function callParts({ call }: ModelReply): Json[] {
  return call ? [{ functionCall: { name: call.tool.name, args: call.args } }] : [];
}

/** The scripted model in each wire format, as the agents' own SDKs would read it. */
import assert from 'node:assert/strict';
import { said } from '../../model/scenarios.ts';
import { startModelServer, type ModelServer } from '../../model/server.ts';

type Json = Record<string, unknown>;

const schema = {
  type: 'object',
  properties: { path: { type: 'string' }, content: { type: 'string' }, mode: { enum: ['a', 'b'] } },
  required: ['path', 'content', 'mode'],
};

interface Format {
  path: string;
  /** `result`: of a tool that was called after the user's text. */
  body(text: string, result: string | undefined, tools: boolean): Json;
  /** Text and tool call of the events of a stream. */
  read(events: Json[]): { text: string; call?: { name: string; args: unknown } };
}

const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
const join = (events: Json[], ...path: (string | number)[]): string =>
  events.map((event) => at(event, ...path) ?? '').join('');

const formats: Record<string, Format> = {
  anthropic: {
    path: '/v1/messages',
    body: (text, result, tools) => ({
      stream: true,
      messages: [
        { role: 'user', content: [{ type: 'text', text }] },
        ...(result === undefined
          ? []
          : [
              { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'Write', input: {} }] },
              { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: result }] },
            ]),
      ],
      ...(tools ? { tools: [{ name: 'Write', input_schema: schema }] } : {}),
    }),
    read: (events) => {
      const name = events.map((event) => at(event, 'content_block', 'name')).find(Boolean);
      const args = join(events, 'delta', 'partial_json');
      assert.equal(events.at(-1)?.['type'], 'message_stop');
      return {
        text: join(events, 'delta', 'text'),
        ...(name ? { call: { name: String(name), args: JSON.parse(args) } } : {}),
      };
    },
  },
  'chat completions': {
    path: '/v1/chat/completions',
    body: (text, result, tools) => ({
      stream: true,
      messages: [
        { role: 'user', content: text },
        ...(result === undefined ? [] : [{ role: 'tool', tool_call_id: '1', content: result }]),
      ],
      ...(tools
        ? { tools: [{ type: 'function', function: { name: 'write_file', parameters: schema } }] }
        : {}),
    }),
    read: (events) => {
      const call = events
        .map((event) => at(event, 'choices', 0, 'delta', 'tool_calls', 0, 'function'))
        .find(Boolean);
      return {
        text: join(events, 'choices', 0, 'delta', 'content'),
        ...(call
          ? { call: { name: String(at(call, 'name')), args: JSON.parse(String(at(call, 'arguments'))) } }
          : {}),
      };
    },
  },
  responses: {
    path: '/v1/responses',
    body: (text, result, tools) => ({
      stream: true,
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
        ...(result === undefined ? [] : [{ type: 'function_call_output', call_id: '1', output: result }]),
      ],
      ...(tools ? { tools: [{ type: 'function', name: 'write_file', parameters: schema }] } : {}),
    }),
    read: (events) => {
      const last = events.at(-1);
      assert.equal(last?.['type'], 'response.completed');
      const output = at(last, 'response', 'output') as Json[];
      const call = output.find((item) => item['type'] === 'function_call');
      const deltas = events.filter((event) => event['type'] === 'response.output_text.delta');
      return {
        text: join(deltas, 'delta'),
        ...(call
          ? { call: { name: String(call['name']), args: JSON.parse(String(call['arguments'])) } }
          : {}),
      };
    },
  },
  gemini: {
    path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    body: (text, result, tools) => ({
      contents: [
        { role: 'user', parts: [{ text }] },
        ...(result === undefined
          ? []
          : [{ role: 'user', parts: [{ functionResponse: { name: 'x', response: { output: result } } }] }]),
      ],
      ...(tools
        ? { tools: [{ functionDeclarations: [{ name: 'write_file', parametersJsonSchema: schema }] }] }
        : {}),
    }),
    read: (events) => {
      const parts = events.flatMap((event) => at(event, 'candidates', 0, 'content', 'parts') as Json[]);
      const call = parts.find((part) => part['functionCall'])?.['functionCall'] as
        { name: string; args: unknown } | undefined;
      const text = parts.filter((part) => !part['thought']).map((part) => part['text'] ?? '');
      return { text: text.join(''), ...(call ? { call } : {}) };
    },
  },
};

describe('scripted model', () => {
  let server: ModelServer;
  before(async () => {
    server = await startModelServer({ paceMs: 0, slowMs: 5 });
  });
  after(() => server.close());

  const post = (path: string, body: Json, signal?: AbortSignal): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });

  async function events(path: string, body: Json): Promise<Json[]> {
    const text = await (await post(path, body)).text();
    const data = [...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1]!);
    return data.filter((line) => line !== '[DONE]').map((line) => JSON.parse(line) as Json);
  }

  for (const [name, { path, body, read }] of Object.entries(formats)) {
    describe(name, () => {
      it('streams text', async () => {
        const { text, call } = read(await events(path, body('Please run [[text]]', undefined, true)));
        assert.deepEqual([text, call], [said.text, undefined]);
      });

      it("calls a tool by the request's own schema, then says what it said", async () => {
        const first = read(await events(path, body('In /w [[write:/w/a.txt]]', undefined, true)));
        assert.deepEqual(first.call?.args, { path: '/w/a.txt', content: said.file, mode: 'a' });
        const then = read(await events(path, body('In /w [[write:/w/a.txt]]', 'It is written.', true)));
        assert.equal(then.call, undefined);
        assert.match(then.text, /^Done with write\. Tool said: .*It is written\./s);
      });

      it('names the tools when none fits, and gives a title without tools', async () => {
        const none = read(await events(path, body('[[ask]]', undefined, true)));
        assert.match(none.text, /^NO TOOL for ask among: write/i);
        assert.equal(read(await events(path, body('[[ask]]', undefined, false))).text, said.title);
        assert.equal(read(await events(path, body('no marker', undefined, true))).text, said.title);
      });

      it('answers whole where no stream is asked for', async () => {
        const plain = { ...body('[[text]]', undefined, true), stream: false };
        const response = await post(path.replace(':stream', ':').replace(':Gen', ':gen'), plain);
        assert.equal(response.headers.get('content-type'), 'application/json');
        assert.ok((await response.text()).includes('**Markdown**'));
      });
    });
  }

  it('counts tokens, lists models, refuses what it does not know', async () => {
    assert.equal(at(await (await post('/v1/messages/count_tokens', {})).json(), 'input_tokens'), 1234);
    assert.equal(at(await (await post('/v1beta/models/x:countTokens', {})).json(), 'totalTokens'), 1234);
    const models = await fetch(`${server.url}/v1/models`);
    assert.equal(at(await models.json(), 'data', 0, 'id'), 'fake-model');
    assert.equal((await post('/v1/other', {})).status, 404);
    const bad = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: 'no json' });
    assert.equal(bad.status, 400);
  });

  it('stops a slow answer when the client hangs up', async () => {
    const { path, body } = formats['anthropic']!;
    const hangUp = new AbortController();
    const response = await post(path, body('[[slow]]', undefined, true), hangUp.signal);
    const reader = response.body!.getReader();
    await reader.read();
    hangUp.abort();
    await assert.rejects(reader.read());
    // Another request is served meanwhile, and the log has both.
    await post(path, body('[[text]]', undefined, true));
    const logged = server.requests.slice(-2).map(({ marker, step }) => [marker, step]);
    assert.deepEqual(logged, [
      ['slow', 0],
      ['text', 0],
    ]);
  });
});

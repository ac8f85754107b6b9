// A small MCP server on stdio (protocol 2025-06-18) with one tool: it says the word that its environment gave it.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const tool = {
  name: 'say_word',
  description: 'Says the word of the day.',
  inputSchema: { type: 'object', properties: { how: { type: 'string' } } },
};

function answer(method, params) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'word', version: '1.0.0' },
      };
    case 'tools/list':
      return { tools: [tool] };
    case 'tools/call':
      return { content: [{ type: 'text', text: `The word is ${process.env.WORD}, in ${process.argv[2]}.` }] };
    case 'ping':
      return {};
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (process.env.WORD_LOG) appendFileSync(process.env.WORD_LOG, `${method}\n`);
  if (id === undefined) return;
  const result = answer(method, params ?? {});
  const error = { code: -32601, message: `${method} is not known` };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) })}\n`);
});

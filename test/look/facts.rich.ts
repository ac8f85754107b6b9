/** What agents show beside words: terminal output in colours, pictures, resources, a subagent, a long diff. */
import type { Fact, RawUpdate } from '../../src/protocol/facts.ts';
import { phone, Script } from './facts.script.ts';

/** A square of two colours. */
const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAHElEQVR4nGPQTX2LFTHgkmAYWjpwGIVTYmjpAABlv3kB8FfPPQAAAABJRU5ErkJggg==';

export function rich(): Fact[] {
  const call = (id: string, title: string, kind: string, more: object = {}): RawUpdate => ({
    ...{ sessionUpdate: 'tool_call', toolCallId: id, title, kind, status: 'completed' },
    ...more,
  });
  const sub = { _meta: { claudeCode: { toolName: 'Read', parentToolUseId: 'task' } } };
  const terminal = { type: 'terminal', terminalId: 'term' };
  const lines = (count: number, change: number) =>
    Array.from(
      { length: count },
      (_, i) => `  ${i % 9 === change ? 'const changed' : 'const value'}${i} = step(${i});`,
    ).join('\n');
  return new Script()
    .ready()
    .turn('k1', 'Show me everything', phone)
    .update(call('task', 'Find all callers of charge()', 'think', { status: 'in_progress' }))
    .update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: 'I look in **services** first.' },
      ...sub,
    })
    .update(call('s1', 'Read services/billing.ts', 'read', sub))
    .update(call('s2', 'grep -rn "charge(" services', 'execute', { ...sub, status: 'in_progress' }))
    .update(
      call('edit', 'Edit services/orders.ts', 'edit', {
        content: [
          {
            type: 'diff',
            path: '/work/api-gateway/services/orders.ts',
            oldText: lines(60, 4),
            newText: lines(60, 5),
          },
        ],
        locations: [{ path: '/work/api-gateway/services/orders.ts', line: 12 }],
      }),
    )
    .update(
      call('shot', 'Screenshot of the page', 'fetch', {
        content: [
          {
            type: 'content',
            content: { type: 'image', mimeType: 'image/png', data: picture, uri: 'file:///work/shot.png' },
          },
          {
            type: 'content',
            content: {
              type: 'resource_link',
              name: 'coverage.html',
              uri: 'file:///work/api-gateway/coverage.html',
              size: 48_200,
            },
          },
          {
            type: 'content',
            content: {
              type: 'resource_link',
              title: 'The middleware notes',
              uri: 'https://example.org/middleware',
            },
          },
          {
            type: 'content',
            content: {
              type: 'resource',
              resource: { uri: 'file:///work/api-gateway/notes.md', text: '# Notes\nOne line.' },
            },
          },
          { type: 'content', content: { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' } },
          { type: 'content', content: { type: 'hologram', shape: 'cube' } },
        ],
      }),
    )
    .update({
      sessionUpdate: 'compaction_update',
      compactionId: 'x',
      status: 'completed',
      summary: [{ type: 'text', text: 'So far: billing is done.' }],
    })
    .update({
      sessionUpdate: 'notice',
      severity: 'warning',
      title: 'Rate limit',
      description: 'The model answers more slowly until 10:00.',
    })
    .update(
      call('fail', 'npm run lint', 'execute', {
        ...{ status: 'failed', content: [{ type: 'terminal', terminalId: 'bad' }] },
        _meta: {
          terminal_output: {
            terminal_id: 'bad',
            data: '\u001b[4mservices/orders.ts\u001b[24m\r\n  \u001b[2m12:7\u001b[22m  \u001b[31merror\u001b[39m  unused variable  \u001b[2mno-unused-vars\u001b[22m\r\n\r\n\u001b[31m\u001b[1m✖ 1 problem\u001b[22m\u001b[39m\r\n',
          },
          terminal_exit: { terminal_id: 'bad', exit_code: 1, signal: null },
        },
      }),
    )
    .update(
      call('run', 'npm test', 'execute', {
        ...{ status: 'in_progress', content: [terminal] },
        _meta: { terminal_info: { terminal_id: 'term', cwd: '/work/api-gateway' } },
      }),
    )
    .update({
      sessionUpdate: 'tool_call_update',
      toolCallId: 'run',
      _meta: {
        terminal_output_delta: {
          terminal_id: 'term',
          data:
            Array.from(
              { length: 900 },
              (_, i) => `\u001b[32m✓\u001b[0m case ${i} \u001b[90m(${i % 7} ms)\u001b[0m\r\n`,
            ).join('') +
            '\u001b[1m\u001b[42;30m PASS \u001b[0m \u001b[36mservices/billing.test.ts\u001b[0m\r\n\u001b[33mwarning\u001b[0m \u001b[35mslow\u001b[0m \u001b[34mdetails\u001b[0m \u001b[31mred\u001b[0m\r\n10 %\r60 %\rRunning orders',
        },
      },
    }).facts;
}

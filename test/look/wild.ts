/** What an agent may send, and what it may not: every kind of update and question, whole, mutated, and with hostile texts. */
import fc from 'fast-check';
import type { Fact, RawUpdate, SessionEvent } from '../../src/protocol/facts.ts';
import { Script } from './facts.script.ts';

/** `window.harmed` is set by what comes alive. */
const hostileTexts = [
  '<script>window.harmed=1</' + 'script>',
  '<img src=x onerror="window.harmed=1">',
  '[a](javascript:window.harmed=1) [b](command:harm) [c](data:text/html,x) <javascript:window.harmed=1>',
  '<iframe srcdoc="<script>parent.harmed=1</' + 'script>"></iframe>',
  '\u001b]52;c;aGFybWVk\u0007\u001b]0;harmed\u0007\u001b[31mred\u001b[0m',
  '\u001b]8;;javascript:window.harmed=1\u0007click\u001b]8;;\u0007',
  'safe\u202e\u2066gpj.exe',
  '```html" onload="window.harmed=1\n<b onclick="window.harmed=1">x</b>\n```',
  'javascript:window.harmed=1',
  'command:workbench.action.terminal.sendSequence',
  '"><svg onload=window.harmed=1>',
  'C:\\temp\\..\\x',
  '//evil.example/share',
];
const text = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constant('some **words** and `code`'),
  fc.string(),
);
const path = fc.oneof(fc.constant('/work/api-gateway/a.ts'), text);
const number = fc.oneof(fc.integer(), fc.double(), fc.constant(null));
const id = fc.constantFrom('a', 'b', 'c', 'd');
const choice = (...values: string[]) => fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...values) }, text);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const mime = choice('image/png', 'image/svg+xml', 'text/html', 'audio/wav');
const uri = fc.oneof(
  fc.constantFrom('file:///work/a.ts', 'https://example.org/x', 'javascript:window.harmed=1'),
  text,
);

const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text }),
  fc.record({
    type: fc.constant('image'),
    mimeType: mime,
    data: fc.oneof(fc.constant('iVBORw0KGgo='), text),
    uri,
  }),
  fc.record({ type: fc.constant('audio'), mimeType: mime, data: text }),
  fc.record({
    type: fc.constant('resource_link'),
    name: text,
    title: text,
    uri,
    size: number,
    description: text,
  }),
  fc.record({
    type: fc.constant('resource'),
    resource: fc.record({ uri, mimeType: mime, text: maybe(text), blob: maybe(text) }),
  }),
  fc.record({ type: text, value: fc.jsonValue({ maxDepth: 2 }) }),
);
const toolContent = fc.oneof(
  fc.record({ type: fc.constant('content'), content: block }),
  fc.record({ type: fc.constant('diff'), path, oldText: fc.option(text), newText: text }),
  fc.record({ type: fc.constant('terminal'), terminalId: id }),
);
const output = fc.record({ terminal_id: id, data: text });
const meta = fc.record(
  {
    terminal_info: output,
    terminal_output: output,
    terminal_output_delta: output,
    terminal_exit: fc.record({ terminal_id: id, exit_code: number, signal: fc.option(text) }),
    claudeCode: fc.record({ toolName: text, parentToolUseId: id }),
  },
  { requiredKeys: [] },
);
const call = {
  toolCallId: id,
  title: text,
  kind: choice('read', 'edit', 'execute', 'think', 'fetch', 'switch_mode'),
  status: choice('pending', 'in_progress', 'completed', 'failed'),
  content: fc.array(toolContent, { maxLength: 3 }),
  locations: fc.array(fc.record({ path, line: number }), { maxLength: 2 }),
  rawInput: fc.jsonValue({ maxDepth: 2 }),
  rawOutput: fc.jsonValue({ maxDepth: 2 }),
  _meta: meta,
};
const of = (kinds: string[], fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ sessionUpdate: fc.constantFrom(...kinds), ...fields }, { requiredKeys: ['sessionUpdate'] });

const anyUpdate = fc.oneof(
  of(['agent_message_chunk', 'user_message_chunk', 'agent_thought_chunk'], {
    content: block,
    messageId: id,
    _meta: meta,
  }),
  of(['tool_call', 'tool_call_update'], call),
  of(['plan'], {
    entries: fc.array(
      fc.record({
        content: text,
        priority: choice('high', 'low'),
        status: choice('pending', 'in_progress', 'completed'),
      }),
      { maxLength: 4 },
    ),
  }),
  of(['notice'], { title: text, description: text, severity: choice('info', 'warning', 'error') }),
  of(['compaction_update', 'compaction_summary_chunk'], {
    ...{ compactionId: id, status: choice('completed', 'failed'), error: text, content: block },
    summary: fc.array(block, { maxLength: 2 }),
  }),
  of(['usage_update'], {
    used: number,
    size: number,
    cost: fc.record({ amount: number, currency: choice('USD', 'EUR') }),
  }),
  of(['current_mode_update'], { currentModeId: text }),
  of(['session_info_update'], { title: text }),
  of(['available_commands_update'], {
    availableCommands: fc.array(
      fc.record({ name: text, description: text, input: fc.record({ hint: text }) }),
      { maxLength: 3 },
    ),
  }),
  of(['config_option_update'], {
    configOptions: fc.array(
      fc.record({
        id,
        name: text,
        type: choice('select', 'boolean'),
        currentValue: text,
        options: fc.array(fc.record({ value: text, name: text })),
      }),
      { maxLength: 2 },
    ),
  }),
  of(['of_tomorrow', '<b>update</b>'], { content: block, value: fc.jsonValue({ maxDepth: 2 }) }),
);

/** Anything in it may be something else. */
function mutated<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> {
  const swap = (value: unknown, at: number, other: unknown): unknown => {
    let left = at;
    const walk = (part: unknown): unknown => {
      if (left-- === 0) return other;
      if (Array.isArray(part)) return part.map(walk);
      if (typeof part !== 'object' || part === null) return part;
      return Object.fromEntries(
        Object.entries(part).map(([key, one]) => [key, key === 'sessionUpdate' ? one : walk(one)]),
      );
    };
    return walk(value);
  };
  return fc
    .tuple(arbitrary, fc.integer({ min: 1, max: 25 }), fc.jsonValue({ maxDepth: 1 }), fc.boolean())
    .map(([value, at, other, whole]) => (whole ? value : (swap(value, at, other) as T)));
}

const update = mutated(anyUpdate);

const options = fc.array(
  fc.record({
    optionId: id,
    name: text,
    kind: choice('allow_once', 'allow_always', 'reject_once', 'reject_always'),
  }),
  { maxLength: 3 },
);
const request = mutated(
  fc.oneof(
    fc.record({ toolCall: fc.record(call), options }),
    fc.record({
      mode: choice('form', 'url'),
      message: text,
      url: uri,
      requestedSchema: fc.record({
        type: fc.constant('object'),
        required: fc.constant(['a']),
        properties: fc.dictionary(
          fc.constantFrom('a', 'b', 'c'),
          fc.record(
            {
              type: choice('string', 'number', 'integer', 'boolean', 'array'),
              title: text,
              description: text,
              format: choice('email', 'uri', 'date'),
              enum: fc.array(text, { maxLength: 3 }),
              oneOf: fc.array(fc.record({ const: text, title: text }), { maxLength: 3 }),
              default: fc.jsonValue({ maxDepth: 1 }),
              minLength: number,
              maximum: number,
            },
            { requiredKeys: ['type'] },
          ),
        ),
      }),
    }),
  ),
);

/** A conversation of so many of them; the same for the same seed. Each question is opened and withdrawn before the next. */
export function wild(count: number, seed: number): Fact[] {
  const script = new Script()
    .event({ type: 'agent_state', state: 'ready' }, { kind: 'host' })
    .prompt('wild-prompt', 'Do your worst', { kind: 'desk' })
    .event({ type: 'turn_started', id: 'wild-prompt' }, { kind: 'desk' });
  const kinds = fc.oneof(
    { weight: 8, arbitrary: update.map((raw) => ({ raw })) },
    { weight: 1, arbitrary: request.map((asked) => ({ asked })) },
  );
  fc.sample(kinds, { numRuns: count, seed }).forEach((one, index) => {
    // As JSON has it: a lone surrogate or -0 does not travel.
    const plain = JSON.parse(JSON.stringify(one)) as { raw?: RawUpdate; asked?: Record<string, unknown> };
    if (plain.raw) return script.update(plain.raw);
    const id = `wild-${index}`;
    const opened: SessionEvent = {
      ...{ type: 'question_opened', id, request: record(plain.asked) },
      kind: plain.asked && 'mode' in plain.asked ? 'elicitation' : 'permission',
    };
    return script.event(opened).event({ type: 'question_closed', id, answer: { outcome: 'cancelled' } });
  });
  return script.facts;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

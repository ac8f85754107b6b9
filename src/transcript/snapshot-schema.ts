/** What a kept transcript must look like, so that a copy that was damaged or is older never breaks the page. */
import * as z from 'zod/v4';
import { originSchema, promptOutcome } from '../protocol/facts.ts';

const whole = z.number().int();
const text = z.string();
const raw = z.record(z.string(), z.unknown());
const block = z.looseObject({ type: text });
const base = { id: text, since: whole, seq: whole, place: whole, at: z.number(), updatedAt: z.number() };
const exit = z.object({ code: z.number().nullable(), signal: text.nullable() }).nullable();

const toolContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('diff'), path: text, oldText: text.nullable(), newText: text }),
  z.object({ type: z.literal('terminal'), terminalId: text, output: text, exit }),
  z.object({ type: z.literal('block'), block }),
]);
const toolFields = z.object({
  title: text.optional(),
  name: text.optional(),
  kind: text.optional(),
  status: text.optional(),
  content: z.array(toolContent).optional(),
  diffs: z.array(toolContent).optional(),
  locations: z.array(z.object({ path: text, line: z.number().nullable() })).optional(),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  parent: text.optional(),
});
const toolKnown = z.object({
  own: toolFields.extend({ since: whole.optional(), seq: whole.optional() }),
  asked: z.array(toolFields.extend({ since: whole })),
  terminals: z.record(z.string(), z.object({ output: text, exit, begun: z.boolean() })),
  ended: whole.nullable(),
});

const planEntry = z.object({
  content: text,
  priority: z.enum(['high', 'medium', 'low']),
  status: z.enum(['pending', 'in_progress', 'completed']),
});
const questionState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open') }),
  z.object({ kind: z.literal('answered'), answer: raw, by: originSchema }),
  z.object({ kind: z.literal('withdrawn') }),
]);

/** An item of src/transcript/items.ts; of a tool call what the fold knows of it. */
export const keptItem = z.discriminatedUnion('kind', [
  z.object({
    ...base,
    kind: z.literal('prompt'),
    promptId: text,
    blocks: z.array(block),
    origin: originSchema,
    editedBy: originSchema.optional(),
    mirrored: z.literal(true).optional(),
    state: z.enum(['received', 'running', 'removed', ...promptOutcome.options]),
    stopReason: text.optional(),
    message: text.optional(),
  }),
  z.object({
    ...base,
    kind: z.literal('message'),
    role: z.enum(['agent', 'user']),
    text,
    blocks: z.array(block),
    parent: text.optional(),
  }),
  z.object({
    ...base,
    kind: z.literal('thought'),
    text,
    startedAt: z.number(),
    endedAt: z.number(),
    parent: text.optional(),
  }),
  z.object({ ...base, kind: z.literal('tool'), toolCallId: text, known: toolKnown }),
  z.object({ ...base, kind: z.literal('plan'), entries: z.array(planEntry) }),
  z.object({
    ...base,
    kind: z.literal('question'),
    questionId: text,
    questionKind: z.enum(['permission', 'elicitation']),
    request: raw.nullable(),
    state: questionState,
  }),
  z.object({
    ...base,
    kind: z.literal('notice'),
    severity: z.enum(['info', 'warning', 'error']),
    title: text,
    description: text,
  }),
  z.object({
    ...base,
    kind: z.literal('compaction'),
    status: z.enum(['in_progress', 'completed', 'failed', 'cancelled']),
    summary: text,
    error: text,
    begun: z.boolean(),
  }),
  z.object({ ...base, kind: z.literal('unknown'), updateKind: text, text, count: whole }),
]);

function known<T extends z.ZodType>(value: T) {
  return z.object({ seq: whole, value }).optional();
}

const agentError = z.object({ code: text, message: text, next: text });

/** The session's state, each part with the number of the fact that set it. */
export const keptState = z.object({
  held: known(z.boolean()),
  turn: known(z.object({ promptId: text, startedAt: z.number() }).nullable()),
  agent: known(
    z.object({ state: z.enum(['starting', 'ready', 'exited']).nullable(), error: agentError.nullable() }),
  ),
  title: known(text.nullable()),
  modes: known(raw.nullable()),
  configOptions: known(z.array(raw).nullable()),
  commands: known(z.array(raw)),
  capabilities: known(raw.nullable()),
  mode: known(text.nullable()),
  order: known(z.array(text)),
  context: known(z.object({ used: z.number().nullable(), size: z.number().nullable() })),
  cost: known(z.object({ amount: z.number(), currency: text }).nullable()),
});

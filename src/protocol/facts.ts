/**
 * Facts: everything that is journaled reaches clients as ACP `session/update` with `_meta.offdesk`
 * (docs/SPEC.md, J). What has no ACP form travels as `session_info_update` with an `event`.
 */
import * as z from 'zod/v4';

/** Where something came from; shown as "from the desk" or "from Pixel 9". */
export const originSchema = z.object({
  kind: z.enum(['agent', 'desk', 'device', 'editor', 'host']),
  /** Device id for `device`; absent otherwise. */
  id: z.string().optional(),
  name: z.string().optional(),
});
export type Origin = z.infer<typeof originSchema>;

export const cursorSchema = z.object({ epoch: z.string(), seq: z.number().int().min(0) });
/** A place in a journal: everything up to and including `seq` of `epoch`. */
export type Cursor = z.infer<typeof cursorSchema>;

/** ACP content blocks of a prompt, kept as they came. */
export const promptBlocks = z.array(z.looseObject({ type: z.string() })).min(1);
export type PromptBlock = z.infer<typeof promptBlocks>[number];

export const promptOutcome = z.enum(['done', 'cancelled', 'failed', 'interrupted']);
export type PromptOutcome = z.infer<typeof promptOutcome>;

/** The answer to a question: ACP's own outcome, or `withdrawn` when the agent died or took it back. */
export const answerSchema = z.union([
  z.object({ outcome: z.literal('selected'), optionId: z.string() }),
  z.object({ outcome: z.literal('cancelled') }),
  z.object({
    action: z.enum(['accept', 'decline', 'cancel']),
    content: z.record(z.string(), z.unknown()).optional(),
  }),
]);
export type Answer = z.infer<typeof answerSchema>;

export const eventSchema = z.discriminatedUnion('type', [
  /** The computer has it, durably; it waits or is taken up at once. */
  z.object({ type: z.literal('prompt_received'), id: z.string(), prompt: promptBlocks }),
  z.object({ type: z.literal('prompt_removed'), id: z.string() }),
  /** While it waits: from now on this is what it says. */
  z.object({ type: z.literal('prompt_edited'), id: z.string(), prompt: promptBlocks }),
  /** What waits, in this order; what came later follows. */
  z.object({ type: z.literal('queue_ordered'), ids: z.array(z.string()) }),
  /** The agent has it. */
  z.object({ type: z.literal('turn_started'), id: z.string() }),
  z.object({
    type: z.literal('turn_ended'),
    id: z.string(),
    outcome: promptOutcome,
    stopReason: z.string().optional(),
    message: z.string().optional(),
  }),
  /**
   * A change of mode, option or queue by this id is about to take effect; asked for again it changes nothing.
   * `what`: what was asked for, such as `mode` or `queue_remove`.
   */
  z.object({ type: z.literal('change'), id: z.string(), what: z.string() }),
  z.object({ type: z.literal('queue_held') }),
  z.object({ type: z.literal('queue_resumed') }),
  /** `request`: the params of session/request_permission or elicitation/create as the agent sent them. */
  z.object({
    type: z.literal('question_opened'),
    id: z.string(),
    kind: z.enum(['permission', 'elicitation']),
    request: z.looseObject({}),
  }),
  z.object({
    type: z.literal('question_closed'),
    id: z.string(),
    /** `withdrawn`: the agent took it back or ended. */
    answer: z.union([answerSchema, z.object({ outcome: z.literal('withdrawn') })]),
  }),
  z.object({
    type: z.literal('agent_state'),
    state: z.enum(['starting', 'ready', 'exited']),
    error: z.object({ code: z.string(), message: z.string(), next: z.string() }).optional(),
  }),
  /** What the agent offers at session start, so that late clients see it too. */
  z.object({
    type: z.literal('agent_offers'),
    modes: z.looseObject({}).nullable(),
    configOptions: z.array(z.looseObject({})).nullable(),
    promptCapabilities: z.looseObject({}).nullable(),
    /** The agent's own id of its session, by which it can be loaded or resumed. */
    session: z.string().optional(),
  }),
]);
export type SessionEvent = z.infer<typeof eventSchema>;

/** `_meta.offdesk` of a journaled update. */
export const factMeta = z.object({
  seq: z.number().int().min(1),
  /** Of merged chunks: the number of the first, as `seq` is that of the last. */
  first: z.number().int().min(1).optional(),
  /** The item of the transcript that the update belongs to; absent where it belongs to none. */
  item: z.string().optional(),
  /** Milliseconds since the Unix epoch, by the host's clock. */
  at: z.number(),
  /** Of merged chunks: when the last of them came, as `at` is when the first did. */
  until: z.number().optional(),
  origin: originSchema,
  event: eventSchema.optional(),
});
export type FactMeta = z.infer<typeof factMeta>;

/** An ACP session update, known or not: it is kept and passed on as it came. */
export const rawUpdate = z.looseObject({ sessionUpdate: z.string() });
export type RawUpdate = z.infer<typeof rawUpdate>;

/** One journal entry. */
export interface Fact extends FactMeta {
  update: RawUpdate;
}

const notification = z.looseObject({
  sessionId: z.string(),
  update: rawUpdate,
  _meta: z.looseObject({ offdesk: factMeta.optional() }).optional(),
});

/** A fact as the params of `session/update`. */
export function toNotification(sessionId: string, fact: Fact): z.infer<typeof notification> {
  const { update, ...meta } = fact;
  return { sessionId, update, _meta: { offdesk: meta } };
}

/** The other way; undefined when it carries no fact of Offdesk or is malformed. */
export function fromNotification(params: unknown): { sessionId: string; fact: Fact } | undefined {
  const parsed = notification.safeParse(params);
  if (!parsed.success || !parsed.data._meta?.offdesk) return undefined;
  return {
    sessionId: parsed.data.sessionId,
    fact: { ...parsed.data._meta.offdesk, update: parsed.data.update },
  };
}

/** An Offdesk event as an update. */
export function eventUpdate(): RawUpdate {
  return { sessionUpdate: 'session_info_update' };
}

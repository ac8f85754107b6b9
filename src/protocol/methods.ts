/** Offdesk's own ACP methods between a client and the host (docs/SPEC.md, P). */
import * as z from 'zod/v4';
import { answerSchema, cursorSchema } from './facts.ts';
import { limits } from './limits.ts';

export const methods = {
  ack: '_offdesk/ack',
  answer: '_offdesk/answer',
  history: '_offdesk/history',
  files: '_offdesk/files',
  queueRemove: '_offdesk/queue/remove',
  queueResume: '_offdesk/queue/resume',
  /** Host to client, a notification: sessions and what this client may do. */
  state: '_offdesk/state',
  /** Host to client, a notification: the journal cannot continue from this client's cursor. */
  reset: '_offdesk/reset',
  host: {
    /** Host to desk, a notification with the whole HostStatus. */
    status: '_offdesk/host/status',
    start: '_offdesk/host/start',
    stop: '_offdesk/host/stop',
    reach: '_offdesk/host/reach',
    invite: '_offdesk/host/invite',
    uninvite: '_offdesk/host/uninvite',
    pairing: '_offdesk/host/pairing',
    device: '_offdesk/host/device',
    /** Desk-only helpers that the shell around the host performs: `copy`, `log`, `settings`, `move`. */
    act: '_offdesk/host/act',
  },
} as const;

export const scopeSchema = z.enum(['view', 'answer', 'control']);
export type Scope = z.infer<typeof scopeSchema>;
/** True when `has` includes what `needs` allows. */
export function allows(has: Scope, needs: Scope): boolean {
  const order: Scope[] = ['view', 'answer', 'control'];
  return order.indexOf(has) >= order.indexOf(needs);
}

const sessionId = z.string().max(128);

export const ackParams = z.object({ sessionId, cursor: cursorSchema });
export const answerParams = z.object({
  sessionId,
  id: z.string().max(64),
  question: z.string().max(128),
  answer: answerSchema,
});
export const answerResult = z.discriminatedUnion('result', [
  z.object({ result: z.literal('applied') }),
  /** `by`: who was first, such as `the desk` or a device's name. */
  z.object({ result: z.literal('alreadyAnswered'), by: z.string() }),
]);
export type AnswerResult = z.infer<typeof answerResult>;

export const historyParams = z.object({
  sessionId,
  before: z.number().int().min(1),
  limit: z.number().int().min(1).max(limits.historyItems),
});
/** `updates`: params of session/update, oldest first; `from`: pass as the next `before`; null at the start. */
export const historyResult = z.object({
  updates: z.array(z.looseObject({})),
  from: z.number().int().nullable(),
});
export type HistoryResult = z.infer<typeof historyResult>;

export const filesParams = z.object({
  sessionId,
  query: z.string().max(512),
  limit: z.number().int().min(1).max(limits.completions),
});
export const filesResult = z.object({
  files: z.array(
    z.object({
      /** Relative to the session's folder, with `/`. */
      path: z.string(),
      /** An absolute file: URI for an ACP resource link. */
      uri: z.string(),
      /** Indexes of matched characters in `path`. */
      matches: z.array(z.number().int()),
    }),
  ),
});
export type FilesResult = z.infer<typeof filesResult>;

export const queueParams = z.object({ sessionId, id: z.string().max(64) });
export const sessionParams = z.object({ sessionId });

/** `_meta.offdesk` of session/resume. */
export const resumeMeta = z.union([
  z.object({ after: cursorSchema }),
  z.object({ tail: z.number().int().min(0).max(limits.historyItems) }),
]);
/** `_meta.offdesk` of its result. `from`: `before` for the first history request, null when all was sent. */
export const resumeResultMeta = z.object({
  head: cursorSchema,
  from: z.number().int().nullable(),
  /** The client's cursor was of another epoch: forget what you have, the tail follows. */
  reset: z.boolean(),
});
export type ResumeResultMeta = z.infer<typeof resumeResultMeta>;

/** `_meta.offdesk` of session/prompt: makes it idempotent. */
export const promptMeta = z.object({ id: z.string().min(8).max(64) });

/** `_meta.offdesk` of `initialize`, both ways. */
export const helloMeta = z.object({ protocol: z.number().int(), build: z.string().max(64) });

export const sessionState = z.enum(['starting', 'idle', 'working', 'waiting', 'ended']);
export type SessionState = z.infer<typeof sessionState>;

export const clientState = z.object({
  host: z.object({ name: z.string(), build: z.string() }),
  /** `id`: the device's, as in the origin of its facts; absent at the desk. Its name can change. */
  you: z.object({ id: z.string().optional(), name: z.string(), scope: scopeSchema }),
  sessions: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      cwd: z.string(),
      agent: z.object({ name: z.string(), demo: z.boolean() }),
      state: sessionState,
      updatedAt: z.number(),
    }),
  ),
  /** Names of who else is connected, the desk included. */
  others: z.array(z.string()),
});
export type ClientState = z.infer<typeof clientState>;

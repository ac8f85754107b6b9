/** What the desk (webview, CLI) sees and does: QR, pairing, devices, reach, status (docs/SPEC.md, H). */
import * as z from 'zod/v4';
import { scopeSchema, sessionState } from './methods.ts';
import { rowWorktree } from './new-session.ts';
import { tunnelStatus } from './tunnel.ts';

export const reachKind = z.enum(['computer', 'relay', 'tailscale', 'cloudflared', 'tunnel', 'lan']);
export type ReachKind = z.infer<typeof reachKind>;

export const errorShape = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  /** `answer_invalid`: the name of the form's field that is wrong. */
  field: z.string().optional(),
});

export const hostStatus = z.object({
  state: z.enum(['off', 'starting', 'on', 'reconnecting', 'error']),
  hostName: z.string(),
  build: z.string(),
  /** Why `error`, or what went wrong while on. */
  error: errorShape.nullable(),
  agent: z
    .object({ name: z.string(), demo: z.boolean(), state: z.enum(['none', 'starting', 'ready', 'exited']) })
    .nullable(),
  /** The first of those that are open. */
  session: z.object({ id: z.string(), title: z.string(), cwd: z.string() }).nullable(),
  /** All that are open. */
  sessions: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        agent: z.string(),
        state: sessionState,
        worktree: rowWorktree.optional(),
      }),
    )
    .optional(),
  /** The session that the shell has started, at this time: the desk's page goes to it. */
  shown: z.object({ session: z.string(), at: z.number() }).optional(),
  /** The chosen reach; null until someone chose. */
  reach: z
    .object({
      kind: reachKind,
      /** Where the page is, without secrets. */
      url: z.string(),
      /** Whether a phone can open `url`; without it there is no QR. */
      phoneCanOpen: z.boolean(),
      /** Whether the page is a secure context there. */
      protectedPage: z.boolean(),
      /** One plain sentence: what is exposed to whom. */
      sentence: z.string(),
      /** The session's own link, without secrets. */
      sessionUrl: z.string().nullable(),
    })
    .nullable(),
  /** Of a reach that is a tunnel which the host runs; null for any other. */
  tunnel: tunnelStatus.nullable().optional(),
  reachOptions: z.array(
    z.object({
      kind: reachKind,
      label: z.string(),
      sentence: z.string(),
      available: z.boolean(),
      needsUrl: z.boolean(),
      url: z.string(),
    }),
  ),
  invite: z
    .object({
      url: z.string(),
      expiresAt: z.number(),
      /** Modules row by row as `0` and `1`; null where a phone could not open the address. */
      qr: z.object({ size: z.number().int(), bits: z.string() }).nullable(),
    })
    .nullable(),
  pairings: z.array(
    z.object({
      id: z.string(),
      device: z.string(),
      /** Six digits. */
      code: z.string(),
      /** What the device asks for. */
      scope: scopeSchema,
      protectedPage: z.boolean(),
    }),
  ),
  /** Open questions of the agent, oldest first; the shell counts and announces them. */
  questions: z.array(z.object({ id: z.string(), sentence: z.string() })).optional(),
  devices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      scope: scopeSchema,
      online: z.boolean(),
      lastSeen: z.number(),
      pairedAt: z.number(),
    }),
  ),
  /** Sentences that the user should read once, such as a contested invite. */
  notices: z.array(
    z.object({
      id: z.string(),
      at: z.number(),
      severity: z.enum(['info', 'warning', 'error']),
      /** An ErrorCode, where the notice is about a failure. */
      code: z.string().optional(),
      message: z.string(),
    }),
  ),
});
export type HostStatus = z.infer<typeof hostStatus>;

export const reachParams = z.object({ kind: reachKind, url: z.string().max(2_048).optional() });
export const pairingParams = z.object({ id: z.string(), allow: z.boolean(), scope: scopeSchema.optional() });
export const deviceParams = z.object({
  id: z.string(),
  change: z.union([
    z.object({ revoke: z.literal(true) }),
    z.object({ scope: scopeSchema }),
    z.object({ name: z.string().min(1).max(64) }),
  ]),
});
export const actParams = z.object({
  act: z.enum(['copyInvite', 'copySession', 'log', 'settings', 'login', 'dismissNotice', 'move', 'openFile']),
  id: z.string().optional(),
  /** Of `openFile`: an absolute path of this computer, and a line counted from 1. */
  file: z.object({ path: z.string().min(1).max(4_096), line: z.number().int().min(1).nullable() }).optional(),
});
export type FilePlace = NonNullable<z.infer<typeof actParams>['file']>;

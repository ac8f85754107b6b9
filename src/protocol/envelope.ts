/**
 * The relay envelope, version 1 (docs/SPEC.md, R). Text frames are control, JSON with a `t`; binary
 * frames carry channel data. On a device's socket a binary frame is the payload; on a host's socket it is
 * one kind byte, 16 bytes of channel id, then the payload.
 */
import * as z from 'zod/v4';
import { limits } from './limits.ts';

export const ENVELOPE = 1;
export const hostPath = 'v1/host';
export const devicePath = 'v1/device';

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** SHA-256 thumbprint of the host's Ed25519 JWK (RFC 7638), base64url. */
export const hostIdSchema = base64url.length(43);
/** Names an open pairing slot; derived from the invite's secret, which it does not reveal. */
export const slotIdSchema = base64url.length(22);

/** Relay to host, once, first. The host signs nonce and origin (RFC 7515, EdDSA). */
const challenge = z.object({
  t: z.literal('challenge'),
  v: z.literal(ENVELOPE),
  nonce: base64url.min(22).max(64),
});
/** Host to relay. `proof`: compact JWS over {nonce, origin}, its header carries the public `jwk`. */
const admit = z.object({
  t: z.literal('admit'),
  v: z.literal(ENVELOPE),
  proof: z.string().max(2_048),
  registration: z.string().max(512).optional(),
});
const admitted = z.object({ t: z.literal('admitted'), host: hostIdSchema });
/** Host to relay: a pairing slot is open for `ms`; a second one replaces the first of the same id. */
const slot = z.object({
  t: z.literal('slot'),
  id: slotIdSchema,
  ms: z.number().int().min(1).max(limits.inviteMs),
});
const unslot = z.object({ t: z.literal('unslot'), id: slotIdSchema });
/** Relay to host: a device joined (and how it was admitted), left. */
const opened = z.object({
  t: z.literal('opened'),
  channel: base64url.length(22),
  admission: z.enum(['slot', 'ticket', 'expired']),
  /** Which pairing slot, a hint for choosing the secret to try. */
  slot: slotIdSchema.optional(),
});
const closed = z.object({ t: z.literal('closed'), channel: base64url.length(22) });
/**
 * Relay to host: the device's socket took so many payload bytes more. The host keeps at most
 * `relayWindowBytes` of a channel on the way, so one slow device costs bounded memory and stops no other.
 */
const taken = z.object({
  t: z.literal('taken'),
  channel: base64url.length(22),
  bytes: z.number().int().min(1),
});
/** Host to relay: end a channel. */
const drop = z.object({ t: z.literal('drop'), channel: base64url.length(22) });

/** Device to relay, once, first: with a pairing slot or a ticket that the host signed. */
const join = z.object({
  t: z.literal('join'),
  v: z.literal(ENVELOPE),
  host: hostIdSchema,
  slot: slotIdSchema.optional(),
  ticket: z.string().max(2_048).optional(),
});
/** Relay to device: the host is there and a fresh channel is open; it is away; the host ended the channel. */
const open = z.object({ t: z.literal('open') });
const away = z.object({ t: z.literal('away') });
const ended = z.object({ t: z.literal('ended') });
/** Either way on a device's socket, where a browser can't send WebSocket pings. */
const ping = z.object({ t: z.literal('ping') });
const pong = z.object({ t: z.literal('pong') });

export const relayToHost = z.discriminatedUnion('t', [challenge, admitted, opened, taken, closed]);
export const hostToRelay = z.discriminatedUnion('t', [admit, slot, unslot, drop]);
export const relayToDevice = z.discriminatedUnion('t', [open, away, ended, pong]);
export const deviceToRelay = z.discriminatedUnion('t', [join, ping]);
export type RelayToHost = z.infer<typeof relayToHost>;
export type HostToRelay = z.infer<typeof hostToRelay>;
export type RelayToDevice = z.infer<typeof relayToDevice>;
export type DeviceToRelay = z.infer<typeof deviceToRelay>;

export const channelIdBytes = 16;
/** First byte of a binary frame on a host's socket. */
export const frameKind = { data: 0 } as const;

/** WebSocket close codes of the relay (4000 to 4999 are free for applications, RFC 6455 section 7.4.2). */
export const closeCodes = {
  invalid: { code: 4400, retry: false },
  unauthorized: { code: 4401, retry: false },
  forbiddenOrigin: { code: 4403, retry: false },
  slotUnknown: { code: 4404, retry: false },
  tooSlow: { code: 4408, retry: true },
  replaced: { code: 4409, retry: false },
  tooLarge: { code: 4413, retry: false },
  versionMismatch: { code: 4426, retry: false },
  limited: { code: 4429, retry: true },
  stopping: { code: 4503, retry: true },
} as const;
export type CloseName = keyof typeof closeCodes;

/** The name for a close code; undefined for one that is not the relay's own. */
export function closeNameOf(code: number): CloseName | undefined {
  return (Object.keys(closeCodes) as CloseName[]).find((name) => closeCodes[name].code === code);
}

/** Parses a control frame; undefined when it is no valid one. */
export function parseControl<T>(schema: z.ZodType<T>, text: string): T | undefined {
  if (text.length > limits.relayControlBytes) return undefined;
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

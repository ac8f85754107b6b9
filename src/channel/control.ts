/** Control messages of a secure channel: what device and host tell each other outside ACP, sealed like all else. */
import * as z from 'zod/v4';
import type { ErrorCode, ErrorShape } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import { scopeSchema } from '../protocol/methods.ts';

const ticket = z.string().min(1).max(2_048);
const name = z.string().min(1).max(limits.deviceNameChars);
const version = { protocol: z.number().int(), build: z.string().max(64) };

/** Why a pairing did not happen. */
const deniedCode = z.enum([
  'pairing_denied',
  'invite_expired',
  'invite_used',
  'invite_contested',
]) satisfies z.ZodType<ErrorCode>;
/** Why a side closes; a code that this build does not know reads as `closed`. */
const closingCode = z
  .enum([
    'device_unknown',
    'version_mismatch',
    'scope_insufficient',
    'pairing_denied',
    'invite_expired',
    'invite_used',
    'invite_contested',
    'frame_invalid',
    'message_too_large',
    'heartbeat_missed',
    'host_offline',
    'host_replaced',
    'session_unknown',
    'invalid_params',
    'internal',
    'closed',
  ])
  .catch('closed') satisfies z.ZodType<ErrorCode>;

export const controlMessage = z.discriminatedUnion('type', [
  /** Device to host, first on a pairing channel. `scope`: what it asks for. */
  z.object({ type: z.literal('hello'), name, scope: scopeSchema, protectedPage: z.boolean(), ...version }),
  /** Host to device: allowed. `ticket` admits the device at the relay. */
  z.object({ type: z.literal('paired'), ticket, scope: scopeSchema, hostName: z.string().max(256) }),
  /** Host to device: not allowed. */
  z.object({ type: z.literal('denied'), code: deniedCode }),
  /** Host to device, first on a connection; `ticket` replaces the device's stored one. */
  z.object({
    type: z.literal('welcome'),
    ticket,
    scope: scopeSchema,
    hostName: z.string().max(256),
    ...version,
  }),
  /** Host to device: wipe your keys and cache. Only this message makes a device do so. */
  z.object({ type: z.literal('revoked') }),
  /** Either way: the sender closes, and why. */
  z.object({
    type: z.literal('closing'),
    code: closingCode,
    message: z.string().max(1_024),
    next: z.string().max(1_024),
  }),
]);
export type ControlMessage = z.infer<typeof controlMessage>;
export type DeniedCode = z.infer<typeof deniedCode>;
export type Hello = Extract<ControlMessage, { type: 'hello' }>;
export type Paired = Extract<ControlMessage, { type: 'paired' }>;
export type Welcome = Extract<ControlMessage, { type: 'welcome' }>;

/** An error as the message that tells it to the other side. */
export function closingOf(error: ErrorShape): ControlMessage {
  return {
    type: 'closing',
    code: closingCode.parse(error.code),
    message: error.message.slice(0, 1_024),
    next: error.next.slice(0, 1_024),
  };
}

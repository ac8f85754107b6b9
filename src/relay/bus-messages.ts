/**
 * What travels on the bus, and under which subjects. Channel data keeps the layout of a host's socket
 * (kind byte, channel id, payload), so that a frame crosses a node without being copied; all else is JSON.
 */
import * as z from 'zod/v4';
import { channelIdBytes, frameKind } from '../protocol/envelope.ts';

export const subjects = {
  /** Knocks of devices, answered by the host's node. */
  host: (hostId: string) => `relay.host.${hostId}`,
  /** `up` and `down` of a host's connections. */
  presence: (hostId: string) => `relay.presence.${hostId}`,
  /** From device nodes to one connection of a host. */
  connection: (id: string) => `relay.connection.${id}`,
  /** From the host's node to the device of a channel. */
  device: (channel: string) => `relay.device.${channel}`,
};

const ticketState = z.enum(['valid', 'expired']);
export type TicketState = z.infer<typeof ticketState>;

export const knock = z.object({
  channel: z.string(),
  slot: z.string().optional(),
  ticket: ticketState.optional(),
});
export type Knock = z.infer<typeof knock>;
export const knockAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('accepted'),
    connection: z.string(),
    admission: z.enum(['slot', 'ticket', 'expired']),
  }),
  z.object({ type: z.literal('refused'), close: z.enum(['slotUnknown', 'limited']) }),
]);
export type KnockAnswer = z.infer<typeof knockAnswer>;

export const presence = z.object({ type: z.enum(['up', 'down']), connection: z.string() });
export type Presence = z.infer<typeof presence>;

/** `taken`: the device's socket took so many payload bytes more. */
export const toConnection = z.discriminatedUnion('type', [
  z.object({ type: z.literal('left'), channel: z.string() }),
  z.object({ type: z.literal('taken'), channel: z.string(), bytes: z.number() }),
]);
export type ToConnection = z.infer<typeof toConnection>;

/** `hold`: the host's socket is full, read no more from the device until `go`. */
export const toDevice = z.object({ type: z.enum(['ended', 'hold', 'go']) });
export type ToDevice = z.infer<typeof toDevice>;

export function pack(message: Knock | KnockAnswer | Presence | ToConnection | ToDevice): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** Undefined for what no node of this version sends; a newer one may, and is then ignored. */
export function unpack<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()));
  } catch {
    return undefined;
  }
}

export const frameHeaderBytes = 1 + channelIdBytes;

export function isData(bytes: Uint8Array): boolean {
  return bytes[0] === frameKind.data;
}

/** The channel that a data frame names, base64url. */
export function channelOf(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset + 1, channelIdBytes).toString('base64url');
}

export function dataFrame(channel: string, payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + payload.length);
  frame[0] = frameKind.data;
  frame.write(channel, 1, channelIdBytes, 'base64url');
  frame.set(payload, frameHeaderBytes);
  return frame;
}

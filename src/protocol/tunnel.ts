/** A tunnel that the host runs itself, as the desk sees it (docs/SPEC.md, H40 on). */
import * as z from 'zod/v4';

/** By the name of the program; each is a kind of reach. */
export const tunnelKind = z.enum(['tailscale', 'cloudflared']);
export type TunnelKind = z.infer<typeof tunnelKind>;

export const tunnelStatus = z.object({
  program: tunnelKind,
  /** `failed`: it did not come up; `ended`: it ran and is gone. Both are tried again. */
  state: z.enum(['starting', 'running', 'failed', 'ended']),
  /** Where it leads here from; empty while there is none. */
  url: z.string(),
  /** Why it failed or ended. */
  error: z.object({ code: z.string(), message: z.string(), next: z.string() }).nullable(),
  /** When it is tried again, in milliseconds since the Unix epoch. */
  retryAt: z.number().nullable(),
  /** The newest lines of what the program prints, oldest first, without secrets. */
  output: z.array(z.string()),
});
export type TunnelStatus = z.infer<typeof tunnelStatus>;

export function isTunnelKind(kind: string): kind is TunnelKind {
  return tunnelKind.safeParse(kind).success;
}

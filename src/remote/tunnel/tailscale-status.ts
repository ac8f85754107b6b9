/**
 * What Tailscale says of itself: `tailscale status --json` (github.com/tailscale/tailscale, ipn/ipnstate/ipnstate.go:
 * BackendState, Self.DNSName, CertDomains) and `tailscale serve status --json` (ipn/serve.go: ServeConfig).
 */
import * as z from 'zod/v4';
import type { OffdeskError } from '../../base/error.ts';
import { tailscaleErrors } from './tunnel-errors.ts';

const statusSchema = z.looseObject({
  BackendState: z.string(),
  Self: z.looseObject({ DNSName: z.string() }).nullish(),
  CertDomains: z.array(z.string()).nullish(),
});

const ports = z.record(z.string(), z.unknown()).nullish();
const serveSchema = z.looseObject({
  TCP: ports,
  Foreground: z.record(z.string(), z.looseObject({ TCP: ports })).nullish(),
});

export type TailscaleState =
  /** `name`: of this computer in its tailnet, with which it has a certificate. */
  { ready: true; name: string } | { ready: false; error: OffdeskError };

/** Whether it can serve here. Whatever else `text` is: its service does not run. */
export function tailscaleState(text: string): TailscaleState {
  const found = statusSchema.safeParse(json(text));
  if (!found.success) return { ready: false, error: tailscaleErrors.notRunning() };
  const { BackendState, Self, CertDomains } = found.data;
  const error = stateError(BackendState);
  if (error) return { ready: false, error };
  const name = Self?.DNSName.replace(/\.$/, '').toLowerCase() ?? '';
  const certified = CertDomains?.some((domain) => domain.toLowerCase() === name) ?? false;
  if (!certified || !/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/.test(name) || name.length > 253)
    return { ready: false, error: tailscaleErrors.httpsOff() };
  return { ready: true, name };
}

function stateError(state: string): OffdeskError | undefined {
  switch (state) {
    case 'Running':
      return undefined;
    case 'Stopped':
      return tailscaleErrors.switchedOff();
    case 'NeedsMachineAuth':
      return tailscaleErrors.unapproved();
    case 'Starting':
      return tailscaleErrors.starting();
    default:
      return tailscaleErrors.loggedOut();
  }
}

/** On which of this computer's ports in the tailnet anything is served; undefined where that can't be known. */
export function servedPorts(text: string): Set<number> | undefined {
  const found = serveSchema.safeParse(json(text));
  if (!found.success) return undefined;
  const { TCP, Foreground } = found.data;
  const all = [TCP, ...Object.values(Foreground ?? {}).map((one) => one.TCP)];
  return new Set(all.flatMap((one) => Object.keys(one ?? {}).map(Number)));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

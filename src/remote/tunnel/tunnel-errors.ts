/** What can keep a tunnel from running, as sentences with the next step; each names the output that it was known by. */
import { OffdeskError } from '../../base/error.ts';
import type { TunnelKind } from '../../protocol/tunnel.ts';

export const programTitles: Record<TunnelKind, string> = {
  tailscale: 'Tailscale',
  cloudflared: 'cloudflared',
};

export function missing(kind: TunnelKind): OffdeskError {
  const { message, next } = {
    tailscale: {
      message: 'Tailscale is not installed on this computer.',
      next: 'Install it from tailscale.com/download, or choose another way for phones to get here.',
    },
    cloudflared: {
      message: 'cloudflared is not installed on this computer.',
      next: "Install it as Cloudflare's documentation says, or choose another way for phones to get here.",
    },
  }[kind];
  return new OffdeskError('tunnel_missing', message, next);
}

/** `how`: such as `code 1`; `said`: its last words, which may be none. */
export function ended(kind: TunnelKind, how: string, said: string | undefined): OffdeskError {
  const title = programTitles[kind];
  return new OffdeskError(
    'tunnel_failed',
    said ? `${title} has ended (${how}). It said: ${said}` : `${title} has ended (${how}).`,
    'It is started again by itself.',
  );
}

export function silent(kind: TunnelKind, seconds: number): OffdeskError {
  return new OffdeskError(
    'tunnel_failed',
    `${programTitles[kind]} gave no address that leads here within ${seconds} seconds.`,
    'It is started again by itself; look at what it printed, or choose another way.',
  );
}

const tailscaleNext = {
  login: 'Run tailscale up in a terminal, or log in with the Tailscale app, then try again.',
  https:
    'Turn on MagicDNS and HTTPS certificates in the admin console of your tailnet, under DNS, then try again.',
};

export const tailscaleErrors = {
  /** `failed to connect to local tailscaled`; or no answer. */
  notRunning: () =>
    new OffdeskError(
      'tunnel_failed',
      'Tailscale is installed, but its service does not run.',
      'Start Tailscale, such as by sudo systemctl start tailscaled or by its app, then try again.',
    ),
  /** BackendState `NeedsLogin` or `NoState`. */
  loggedOut: () =>
    new OffdeskError('tunnel_login_required', 'Tailscale is not logged in.', tailscaleNext.login),
  /** BackendState `Stopped`. */
  switchedOff: () =>
    new OffdeskError('tunnel_login_required', 'Tailscale is switched off.', tailscaleNext.login),
  /** BackendState `NeedsMachineAuth`. */
  unapproved: () =>
    new OffdeskError(
      'tunnel_login_required',
      'This computer waits to be let into your tailnet.',
      'Have it approved in the admin console of your tailnet, under Machines, then try again.',
    ),
  /** BackendState `Starting`. */
  starting: () => new OffdeskError('tunnel_failed', 'Tailscale is still starting.', 'Try again in a moment.'),
  /** No CertDomains in `status --json`; or `Serve is not enabled on your tailnet`. */
  httpsOff: () =>
    new OffdeskError(
      'tunnel_https_off',
      'Your tailnet gives out no HTTPS certificates yet.',
      tailscaleNext.https,
    ),
  /** `Access denied: serve config denied`. */
  denied: () =>
    new OffdeskError(
      'tunnel_refused',
      'Tailscale does not let this user change what it serves.',
      'Run sudo tailscale set --operator=$USER once in a terminal, then try again.',
    ),
  /** `background configuration already exists`, `foreground already exists under this port`. */
  portTaken: (port: number) =>
    new OffdeskError(
      'tunnel_port_taken',
      `Tailscale already serves something else on port ${port} of this computer, which Offdesk leaves alone.`,
      `Look at it with tailscale serve status. To give the port to Offdesk, run tailscale serve --https=${port} off.`,
    ),
  /** `Available on the internet:`. */
  funnel: (port: number) =>
    new OffdeskError(
      'tunnel_refused',
      `Tailscale Funnel is on for port ${port}: it would show the page to the whole internet.`,
      'Turn it off with tailscale funnel reset, or choose another way.',
    ),
  /** `flag provided but not defined`. */
  old: () =>
    new OffdeskError(
      'tunnel_failed',
      'This version of Tailscale is too old.',
      'Update it to 1.52 or newer, then try again.',
    ),
};

export const cloudflaredErrors = {
  /** `429 Too Many Requests`, `error code: 1015`. */
  limited: () =>
    new OffdeskError(
      'tunnel_limited',
      'Cloudflare gives this network no more quick tunnels for now (429).',
      'It is tried again later by itself; or choose another way.',
    ),
  /** `failed to request quick Tunnel`. */
  unreachable: () =>
    new OffdeskError(
      'tunnel_failed',
      'cloudflared cannot reach Cloudflare.',
      'Check the network and its proxy; it is tried again by itself.',
    ),
  /** `failed to unmarshal quick Tunnel`, `failed to parse quick Tunnel ID`. */
  notGiven: () =>
    new OffdeskError(
      'tunnel_failed',
      'Cloudflare gave out no quick tunnel.',
      'It is tried again by itself; or choose another way.',
    ),
  /** `Failed to dial a quic connection`, `Unable to establish connection with Cloudflare edge`. */
  edge: () =>
    new OffdeskError(
      'tunnel_failed',
      'cloudflared has an address, but no connection to Cloudflare.',
      'A firewall may block port 7844 outwards (TCP and UDP); it goes on trying.',
    ),
};

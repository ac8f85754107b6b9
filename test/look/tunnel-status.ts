/** What the desk's host would say of a tunnel that it runs, for looking at. */
import type { HostStatus } from '../../src/protocol/host-status.ts';
import type { TunnelKind, TunnelStatus } from '../../src/protocol/tunnel.ts';
import { cloudflaredErrors, tailscaleErrors } from '../../src/remote/tunnel/tunnel-errors.ts';
import { onStatus, options } from './status.ts';

const own = (kind: TunnelKind, label: string, sentence: string): HostStatus['reachOptions'][number] => ({
  ...{ kind, label, sentence },
  ...{ available: true, needsUrl: false, url: '' },
});

export const tunnelOptions: HostStatus['reachOptions'] = [
  ...options.slice(0, 2),
  own(
    'tailscale',
    'Tailscale, run by Offdesk',
    'Devices in your tailnet open it at an https address that stays the same, while remote control is on; messages are sealed.',
  ),
  own(
    'cloudflared',
    'Cloudflare quick tunnel, run by Offdesk',
    'For trying out: anyone can load the page at an https address that changes at each start, and phones then have to pair again; messages are sealed, and Cloudflare could serve another page.',
  ),
  ...options.slice(2),
];

const addresses = {
  tailscale: 'https://studio.tail1234.ts.net/',
  cloudflared: 'https://oklahoma-solo-younger-truck.trycloudflare.com/',
};
const printed = {
  tailscale: ['Available within your tailnet:', addresses.tailscale, '|-- proxy http://127.0.0.1:24242'],
  cloudflared: [
    'INF Requesting new quick Tunnel on trycloudflare.com...',
    'INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |',
    'INF |  https://oklahoma-solo-younger-truck.trycloudflare.com  |',
    'INF Starting metrics server on 127.0.0.1:41233/metrics',
  ],
};

export function tunnelStatus(program: TunnelKind, state: TunnelStatus['state']): HostStatus {
  const running = state === 'running';
  const status = onStatus(program);
  const error = { failed: tailscaleErrors.denied(), ended: cloudflaredErrors.unreachable() };
  const wrong = state === 'failed' || state === 'ended' ? error[state].toShape() : null;
  const url = running ? addresses[program] : 'http://127.0.0.1:24242/';
  const { sentence } = tunnelOptions.find(({ kind }) => kind === program)!;
  return {
    ...status,
    reach: {
      kind: program,
      url,
      phoneCanOpen: running,
      protectedPage: true,
      sentence,
      sessionUrl: running ? `${url}#h=abc&s=s1` : null,
    },
    invite: running ? status.invite : null,
    reachOptions: tunnelOptions,
    devices: [],
    tunnel: {
      ...{ program, state, url: running ? url : '', error: wrong },
      retryAt: wrong ? Date.now() + 12_000 : null,
      output:
        state === 'failed' ? ['sending serve config: Access denied: serve config denied'] : printed[program],
    },
  };
}

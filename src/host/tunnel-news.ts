/** What the desk is told of a tunnel beside its state: that it ended, and that it leads here from another address. */
import type { Disposable } from '../base/disposable.ts';
import { sentenceOf } from '../base/error.ts';
import type { TunnelStatus } from '../protocol/tunnel.ts';
import type { Tunnel } from '../remote/tunnel/tunnel.ts';
import type { WayPorts } from './way.ts';

const addressNew =
  'The quick tunnel has another address than before. Phones that came by the old one have to pair again, with a new QR code or link.';

export function watchTunnel(tunnel: Tunnel, ports: Omit<WayPorts, 'host' | 'connected'>): Disposable {
  let url = '';
  let state: TunnelStatus['state'] = 'starting';
  return tunnel.onChange(() => {
    const { status } = tunnel;
    if (status.state !== state) {
      state = status.state;
      if (state === 'ended' && status.error)
        ports.notice('warning', sentenceOf(status.error), status.error.code);
      if (state === 'running' && status.url !== url) {
        if (url !== '') ports.notice('warning', addressNew, 'tunnel_address_new');
        url = status.url;
        ports.addressNew();
      }
    }
    ports.changed();
  });
}

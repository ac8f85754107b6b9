/**
 * A Cloudflare quick tunnel: `cloudflared tunnel --url http://127.0.0.1:PORT`, an address of trycloudflare.com that is
 * another one at each start. Sources: developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel
 * (do-more-with-tunnels/trycloudflare; monitor-tunnels/metrics for the line with the metrics server's address), and
 * github.com/cloudflare/cloudflared: cmd/cloudflared/tunnel/quick_tunnel.go (lines and errors), metrics/readiness.go
 * (`/ready`: 200 while connected, else 503).
 */
import { devNull } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { OffdeskError } from '../../base/error.ts';
import { cloudflaredErrors } from './tunnel-errors.ts';
import type { TunnelReader, TunnelWay } from './tunnel-way.ts';

export const cloudflaredWay: TunnelWay = {
  kind: 'cloudflared',
  lasting: false,
  prepare: (_program, port) =>
    Promise.resolve({
      args: [
        'tunnel',
        // Quick tunnels are not supported with the user's own config.yml, whose rules could also lead elsewhere.
        ...['--config', devNull],
        // It would end this process and start another one.
        '--no-autoupdate',
        // In a container its own choice is every address of the computer.
        ...['--metrics', '127.0.0.1:0'],
        ...['--url', `http://127.0.0.1:${port}`],
      ],
      reader: new QuickTunnelReader(),
    }),
};

const created = /\bINF\s+[|│]?\s*Your quick Tunnel has been created!/;
/** Nothing but the address stands in its line, framed or not. */
const addressLine =
  /\bINF\s+[|│]?\s*(https:\/\/(?!api\.)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.trycloudflare\.com)\s*[|│]?\s*$/;
const metricsLine = /\bINF\s+Starting metrics server on (127\.0\.0\.1:\d{1,5}|\[::1\]:\d{1,5})\/metrics\s*$/;

export class QuickTunnelReader implements TunnelReader {
  address: string | undefined;
  connected = false;
  readyUrl: string | undefined;
  problem: OffdeskError | undefined;
  readonly hopeless = false;
  #announced = false;

  line(raw: string): void {
    const text = stripVTControlCharacters(raw);
    if (created.test(text)) this.#announced = true;
    else if (this.#announced) this.address ??= addressLine.exec(text)?.[1];
    const metrics = metricsLine.exec(text)?.[1];
    if (metrics !== undefined) this.readyUrl ??= `http://${metrics}/ready`;
    if (/\bINF\s+Registered tunnel connection\b/.test(text)) {
      this.connected = true;
      this.problem = undefined;
    }
    this.problem = this.#more(text) ?? this.problem;
  }

  #more(text: string): OffdeskError | undefined {
    if (/429 Too Many Requests|error code: 1015\b/.test(text)) return cloudflaredErrors.limited();
    // The first says more than those that follow from it.
    if (this.problem) return undefined;
    if (/failed to request quick Tunnel/.test(text)) return cloudflaredErrors.unreachable();
    if (/failed to (?:unmarshal|parse) quick Tunnel/.test(text)) return cloudflaredErrors.notGiven();
    if (/\b(?:ERR|WRN)\b.*(?:failed to dial|Unable to establish connection with Cloudflare edge)/i.test(text))
      return cloudflaredErrors.edge();
    return undefined;
  }
}

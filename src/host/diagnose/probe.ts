/** Looks at an address as the host would use it: one request, or one WebSocket, bounded and closed again. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { WebSocket } from 'ws';
import { OffdeskError, type ErrorShape } from '../../base/error.ts';
import { hostPath, parseControl, relayToHost } from '../../protocol/envelope.ts';
import { extraCertificates } from '../../remote/extra-certificates.ts';
import { closeError, dialError, statusError } from '../../remote/relay-errors.ts';

export interface PageProbe {
  status: number;
  html: boolean;
  /** Round trip with the connection's setup, in milliseconds. */
  ms: number;
  /** The server's clock less this one's, in milliseconds; undefined where it does not tell. */
  skew: number | undefined;
  /** When its certificate ends, in milliseconds since the Unix epoch; undefined without TLS. */
  certificateEnds: number | undefined;
}

/** Rejects with OffdeskError, as for a relay (`relay_unreachable`). */
export function probePage(url: string, signal: AbortSignal): Promise<PageProbe> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      const ms = performance.now() - begun;
      // Before its socket is gone, which then knows of no certificate any more.
      const ends = certificateEnd(response.socket);
      response.destroy();
      const date = Date.parse(response.headers.date ?? '');
      resolve({
        status: response.statusCode ?? 0,
        html: /^text\/html\b/.test(response.headers['content-type'] ?? ''),
        ms,
        // The header is cut to the second, and was written about half way.
        skew: Number.isNaN(date) ? undefined : date + 500 - (Date.now() - ms / 2),
        certificateEnds: ends,
      });
    };
    const options = { method: 'GET', agent: false, signal, headers: { accept: 'text/html' }, ...trusted() };
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    request(url, options, answered)
      .on('error', (error) => reject(errorOf(dialError(error, url).error)))
      .end();
  });
}

function certificateEnd(socket: Socket): number | undefined {
  const certificate =
    socket instanceof TLSSocket ? (socket.getPeerCertificate() as PeerCertificate | null) : null;
  const ends = Date.parse(certificate?.valid_to ?? '');
  return Number.isNaN(ends) ? undefined : ends;
}

/** The upgrade, and a relay's first words on it; in milliseconds. Rejects with OffdeskError. */
export function probeRelay(base: string, signal: AbortSignal): Promise<number> {
  const url = new URL(hostPath, base.endsWith('/') ? base : `${base}/`);
  url.protocol = url.protocol.replace('http', 'ws');
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, { perMessageDeflate: false, followRedirects: false, ...trusted() });
    const fail = (error: ErrorShape) => {
      reject(errorOf(error));
      ws.terminate();
    };
    signal.addEventListener('abort', () => ws.terminate());
    if (signal.aborted) ws.terminate();
    ws.on('error', (error) => fail(dialError(error, base).error));
    ws.on('unexpected-response', (request, response) => {
      request.destroy();
      fail(statusError(response.statusCode ?? 0, base).error);
    });
    ws.on('message', (data: Buffer, binary) => {
      const said = binary ? undefined : parseControl(relayToHost, data.toString());
      if (said?.t === 'challenge') resolve(performance.now() - begun);
      else reject(errorOf(statusError(200, base).error));
      ws.terminate();
    });
    ws.on('close', (code, reason) => reject(errorOf(closeError(code, reason.toString(), base).error)));
  });
}

function trusted(): { ca?: string } {
  const ca = extraCertificates();
  return ca ? { ca } : {};
}

function errorOf({ code, message, next }: ErrorShape): OffdeskError {
  return new OffdeskError(code, message, next);
}

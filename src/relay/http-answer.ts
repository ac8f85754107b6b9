/** HTTP answers other than files: a status, a stable code, and the headers that every answer has. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export const answers = {
  badRequest: { status: 400, code: 'bad_request', reason: 'Bad Request' },
  forbiddenOrigin: { status: 403, code: 'origin_forbidden', reason: 'Forbidden' },
  notFound: { status: 404, code: 'not_found', reason: 'Not Found' },
  methodNotAllowed: { status: 405, code: 'method_not_allowed', reason: 'Method Not Allowed' },
  timeout: { status: 408, code: 'timeout', reason: 'Request Timeout' },
  expectation: { status: 417, code: 'expectation_failed', reason: 'Expectation Failed' },
  misdirected: { status: 421, code: 'misdirected', reason: 'Misdirected Request' },
  upgradeRequired: { status: 426, code: 'upgrade_required', reason: 'Upgrade Required' },
  limited: { status: 429, code: 'limited', reason: 'Too Many Requests' },
  headersTooLarge: { status: 431, code: 'headers_too_large', reason: 'Request Header Fields Too Large' },
} as const;
export type AnswerName = keyof typeof answers;

export const commonHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
    "connect-src 'self' ws: wss: http: https:; manifest-src 'self'; worker-src 'self'; font-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const extraHeaders: Partial<Record<AnswerName, Record<string, string>>> = {
  methodNotAllowed: { Allow: 'GET, HEAD' },
  upgradeRequired: { Upgrade: 'websocket' },
};

export function sendJson(response: ServerResponse, status: number, body: object, more: object = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...commonHeaders,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...more,
  });
  response.end(text);
}

/** Refuses and ends the connection, so that an unread body costs nothing. */
export function refuse(response: ServerResponse, name: AnswerName): void {
  const { status, code } = answers[name];
  sendJson(response, status, { error: code }, { Connection: 'close', ...extraHeaders[name] });
}

/** The same on a raw socket, where there is no response object: upgrades and malformed requests. */
export function refuseSocket(socket: Duplex, name: AnswerName): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, reason } = answers[name];
  const body = JSON.stringify({ error: code });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    Connection: 'close',
    ...extraHeaders[name],
  };
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`);
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`);
}

/** The web client over HTTP: files read at start, compressed once, so that no path of a request meets the disk. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { OffdeskError } from '../base/error.ts';
import { commonHeaders } from './http-answer.ts';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const compressible = new Set([
  '.css',
  '.html',
  '.js',
  '.json',
  '.map',
  '.svg',
  '.ttf',
  '.txt',
  '.webmanifest',
]);
/** The bundler's content hash in a name: such a file never changes. */
const hashedName = /-[A-Z0-9]{8}\.[a-z0-9]+$/;

type Encoding = 'br' | 'gzip' | 'identity';
interface WebFile {
  type: string;
  cache: string;
  etag: string;
  bodies: Promise<Partial<Record<Encoding, Buffer>>>;
}
/** By path without a leading slash, with `/`. */
export type WebFiles = ReadonlyMap<string, WebFile>;

/** Rejects with `storage_failed` when the folder can't be read. Compression goes on after it resolves. */
export async function readWebFiles(folder: string): Promise<WebFiles> {
  const files = new Map<string, WebFile>();
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(join(folder, sep).length).split(sep).join('/');
      files.set(name, webFile(name, await readFile(path)));
    }
  } catch (cause) {
    const message = `The web client's folder ${folder} can't be read.`;
    throw new OffdeskError('storage_failed', message, 'Build or install Offdesk again.', { cause });
  }
  return files;
}

function webFile(name: string, body: Buffer): WebFile {
  const extension = extname(name);
  return {
    type: types[extension] ?? 'application/octet-stream',
    cache: hashedName.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: createHash('sha256').update(body).digest('base64url').slice(0, 22),
    bodies: compressible.has(extension) ? compress(body) : Promise.resolve({ identity: body }),
  };
}

async function compress(body: Buffer): Promise<Partial<Record<Encoding, Buffer>>> {
  // Quality 10: 6 % less than 9 and within 2 % of 11, in half its time; the first page load may wait for it.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  const [br, gzipped] = await Promise.all([
    promisify(brotliCompress)(body, { params }),
    promisify(gzip)(body, { level: 9 }),
  ]);
  return { identity: body, br, gzip: gzipped };
}

/** `path` begins with `/` and has no query. False when there is no such file. */
export async function sendFile(
  files: WebFiles,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const file = files.get(path === '/' ? 'index.html' : path.slice(1));
  if (!file) return false;
  const bodies = await file.bodies;
  const encoding = chooseEncoding(request.headers['accept-encoding'], bodies);
  const body = bodies[encoding] ?? Buffer.alloc(0);
  const etag = `"${file.etag}-${encoding}"`;
  const headers = {
    ...commonHeaders,
    'Cache-Control': file.cache,
    ETag: etag,
    Vary: 'Accept-Encoding',
  };
  if (request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) {
    response.writeHead(304, headers).end();
    return true;
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': body.length,
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  return true;
}

/** The smallest that the client accepts (RFC 9110 section 12.5.3). */
function chooseEncoding(header: string | undefined, bodies: Partial<Record<Encoding, Buffer>>): Encoding {
  const accepted = new Set<string>();
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name);
  }
  for (const encoding of ['br', 'gzip'] as const) {
    if (accepted.has(encoding) && bodies[encoding]) return encoding;
  }
  return 'identity';
}

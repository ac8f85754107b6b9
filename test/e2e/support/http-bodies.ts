/** What compressed HTTP responses of a recorded connection held: a search in the bytes as they passed would miss it. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** The unpacked bodies of one direction, up to where it became a WebSocket or was cut off. */
export function unpackedBodies(direction: Buffer): Buffer[] {
  const bodies: Buffer[] = [];
  let rest = direction;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const head = end < 0 ? '' : rest.toString('latin1', 0, end);
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
    if (status === undefined || status === '101') return bodies;
    const field = (name: string): string =>
      new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
    const length = status === '304' || status === '204' ? 0 : Number(field('content-length'));
    if (field('transfer-encoding')) throw new Error('a chunked body: a search in it would find nothing');
    const body = rest.subarray(end + 4, end + 4 + length);
    const encoding = field('content-encoding');
    if (body.length === length && length > 0) {
      if (encoding === 'br') bodies.push(brotliDecompressSync(body));
      else if (encoding === 'gzip') bodies.push(gunzipSync(body));
      else if (encoding) throw new Error(`a body in ${encoding}: a search in it would find nothing`);
    }
    rest = rest.subarray(end + 4 + length);
  }
}

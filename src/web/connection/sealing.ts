/** Values sealed by a key that scripts can use and never read: what lies on the device's disk tells nobody anything. */
import { utf8 } from '../../base/bytes.ts';

export interface Sealed {
  /** Fresh for each value: AES-GCM must not use one twice. */
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/** First byte of what is sealed. */
const packing = { none: 0, gzip: 1 } as const;
/** NIST SP 800-38D, 5.2.1.1. */
const ivBytes = 12;

/** AES-GCM, 256 bits, not extractable. */
export function newSealKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** `name` is bound: a value can't be put in another's place. `value` is JSON. */
export async function seal(key: CryptoKey, name: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const text = utf8.encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>;
  const packed =
    'CompressionStream' in globalThis
      ? await prefixed(packing.gzip, new Blob([text]).stream().pipeThrough(new CompressionStream('gzip')))
      : await prefixed(packing.none, new Blob([text]).stream());
  return { iv, data: await crypto.subtle.encrypt(algorithm(iv, name), key, packed) };
}

/** Rejects for another key or name, and for what was changed. */
export async function unseal(key: CryptoKey, name: string, { iv, data }: Sealed): Promise<unknown> {
  const packed = new Uint8Array(await crypto.subtle.decrypt(algorithm(iv, name), key, data));
  const body = new Blob([packed.subarray(1)]).stream();
  const plain = packed[0] === packing.gzip ? body.pipeThrough(new DecompressionStream('gzip')) : body;
  return JSON.parse(await new Response(plain).text()) as unknown;
}

function algorithm(iv: BufferSource, name: string): AesGcmParams {
  const bound = utf8.encode(`offdesk kept v1\0${name}`) as Uint8Array<ArrayBuffer>;
  return { name: 'AES-GCM', iv, additionalData: bound };
}

async function prefixed(first: number, body: ReadableStream<BufferSource>): Promise<ArrayBuffer> {
  const bytes = await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  return new Blob([Uint8Array.of(first), bytes]).arrayBuffer();
}

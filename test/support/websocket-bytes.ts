/** What a recorded HTTP connection carried: browsers mask what they send, so a secret would hide in raw bytes. */

export interface DecodedFrame {
  opcode: number;
  /** Unmasked. */
  payload: Buffer;
}

/** The HTTP head, or undefined when this is not the start of one WebSocket connection. */
function headOf(bytes: Buffer): { head: string; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  return /^upgrade:\s*websocket/im.test(head) ? { head, rest: bytes.subarray(end + 4) } : undefined;
}

/**
 * The frames of one direction of a recorded connection (RFC 6455, section 5), unmasked; none when it was not a
 * WebSocket. An upgrade on a reused connection starts later: the last head in the bytes counts. A frame that was
 * cut off by the end of the connection comes as far as it got. Throws where frames were compressed.
 */
export function webSocketFrames(direction: Buffer): DecodedFrame[] {
  const start = upgradeStart(direction);
  const opening = start === undefined ? undefined : headOf(direction.subarray(start));
  if (!opening) return [];
  const frames: DecodedFrame[] = [];
  let { rest } = opening;
  while (rest.length >= 2) {
    const [first = 0, second = 0] = rest;
    if (first & 0x40) throw new Error('compressed WebSocket frames: a search in them would find nothing');
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskBytes = second & 0x80 ? 4 : 0;
    const headBytes = 2 + lengthBytes + maskBytes;
    if (rest.length < headBytes) break;
    const length =
      lengthBytes === 2 ? rest.readUInt16BE(2) : lengthBytes === 8 ? Number(rest.readBigUInt64BE(2)) : short;
    const mask = rest.subarray(2 + lengthBytes, headBytes);
    const payload = Buffer.from(rest.subarray(headBytes, headBytes + length));
    if (maskBytes)
      for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
    frames.push({ opcode: first & 0x0f, payload });
    rest = rest.subarray(headBytes + length);
  }
  return frames;
}

/** Raw bytes of a direction and, after them, its unmasked frames, joined: what a canary search looks through. */
export function searchable(direction: Buffer): Buffer {
  return Buffer.concat([direction, ...webSocketFrames(direction).map(({ payload }) => payload)]);
}

function upgradeStart(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1');
  const upgrade = text.search(/\r\nupgrade:\s*websocket/i);
  if (upgrade < 0) return undefined;
  // Back to the request or status line: after the head before it, if the connection was used before.
  const before = text.lastIndexOf('\r\n\r\n', upgrade);
  return before < 0 ? 0 : before + 4;
}

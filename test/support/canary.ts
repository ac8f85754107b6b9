/** Looks for secrets in recorded bytes, in the forms in which text and keys travel. */

export interface Needle {
  name: string;
  /** Text or key; at least 8 bytes, so that a find is no chance. */
  value: string | Uint8Array;
}

export interface Find {
  name: string;
  form: string;
  /** Offset in the recording. */
  at: number;
}

/**
 * Every needle in every form: plain (UTF-8, UTF-16), base64 and base64url at each of the three alignments, hex,
 * URL-escaped, JSON-escaped, and base64 or hex of the escaped ones. Empty means that none is there.
 */
export function findCanaries(recording: Uint8Array, needles: readonly Needle[]): Find[] {
  const bytes = Buffer.from(recording.buffer, recording.byteOffset, recording.byteLength);
  return needles.flatMap(({ name, value }) =>
    [...formsOf(value)].flatMap(([form, wanted]) => {
      const at = bytes.indexOf(wanted);
      return at < 0 ? [] : [{ name, form, at }];
    }),
  );
}

/** The byte strings to look for, by the name of the form. */
export function formsOf(value: string | Uint8Array): Map<string, Buffer> {
  const plain = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
  if (plain.length < 8)
    throw new RangeError(`a canary of ${plain.length} bytes could be found by chance: 8 are needed`);
  const forms = new Map<string, Buffer>();
  const add = (form: string, bytes: Buffer): void => {
    for (const known of forms.values()) if (known.equals(bytes)) return;
    forms.set(form, bytes);
  };
  addEncoded(add, '', plain);
  if (typeof value === 'string') {
    add('utf16le', Buffer.from(value, 'utf16le'));
    add('utf16be', Buffer.from(value, 'utf16le').swap16());
    for (const [form, text] of escapesOf(value)) addEncoded(add, form, Buffer.from(text, 'utf8'));
  } else {
    // Keys also travel as arrays of numbers.
    add('json array', Buffer.from([...plain].join(',')));
  }
  for (const upper of [true, false]) {
    const all = [...plain].map((byte) => `%${upper ? hex(byte).toUpperCase() : hex(byte)}`).join('');
    add(`url all ${upper ? 'upper' : 'lower'}`, Buffer.from(all));
  }
  return forms;
}

function escapesOf(value: string): [string, string][] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = [...json].map((unit) => (unit < '\x80' ? unit : units(unit))).join('');
  const url = encodeURIComponent(value);
  return [
    ['json', json],
    ['json slash', json.replaceAll('/', '\\/')],
    ['json ascii', ascii],
    ['json ascii upper', ascii.replace(/\\u[0-9a-f]{4}/g, (found) => `\\u${found.slice(2).toUpperCase()}`)],
    ['json twice', JSON.stringify(json).slice(1, -1)],
    ['url', url],
    ['url lower', url.replace(/%[0-9A-F]{2}/g, (found) => found.toLowerCase())],
    ['url path', encodeURI(value)],
    ['url form', new URLSearchParams({ v: value }).toString().slice(2)],
  ];
}

function addEncoded(add: (form: string, bytes: Buffer) => void, form: string, bytes: Buffer): void {
  const label = (name: string): string => [form, name].filter(Boolean).join(' ');
  add(label('plain'), bytes);
  add(label('hex'), Buffer.from(bytes.toString('hex')));
  add(label('hex upper'), Buffer.from(bytes.toString('hex').toUpperCase()));
  for (const offset of [0, 1, 2]) {
    const text = base64Core(bytes, offset);
    add(label(`base64 +${offset}`), Buffer.from(text));
    add(label(`base64url +${offset}`), Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')));
  }
}

/** The characters that depend on these bytes alone when `offset` bytes stand before them in the encoded text. */
function base64Core(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(first, last);
}

function units(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

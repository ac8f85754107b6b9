/** A line of a tunnel program's output as the desk may show it: one line, bounded, nothing in it that opens a door. */
import { stripVTControlCharacters } from 'node:util';
import { plainLine } from '../../base/plain-text.ts';
import { limits } from '../../protocol/limits.ts';

const mark = '•••';

/** Keys of Tailscale and of machines to Cloudflare, and what is long and random enough to be one. */
const secrets = [/\btskey-\S+/g, /\beyJ\S+/g, /(?<![\w./-])[A-Za-z0-9_+/=]{24,}/g];

/** Undefined for a line that says nothing, such as the frame around an address. */
export function shownLine(text: string): string | undefined {
  let line = plainLine(stripVTControlCharacters(text));
  if (!/[\p{L}\p{N}]/u.test(line)) return undefined;
  // When it was printed is now.
  line = line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z?\s+/, '');
  // A page to log in at or to turn something on names this computer: whoever opens it may answer for its user.
  line = line.replace(/\b(https?:\/\/)(?:[^\s/?#@]*@)?([^\s/?#]*)([^\s|│]*)/gi, (_all, scheme, host, rest) =>
    [scheme, host, /^\/?$/.test(String(rest)) ? rest : `/${mark}`].join(''),
  );
  for (const pattern of secrets) line = line.replace(pattern, mark);
  return plainLine(line, limits.tunnelLineChars);
}

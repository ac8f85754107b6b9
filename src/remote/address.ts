/** Addresses that users give (own relay, tunnel), checked before anything is sent there. */
import { OffdeskError } from '../base/error.ts';

const longest = 2_048;

/** `localhost`, `*.localhost` (RFC 6761), 127.0.0.0/8 and ::1: a browser takes them for a secure context. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  // `URL` has already turned every other spelling of an IPv4 address into dotted decimals.
  return (
    name === 'localhost' || name.endsWith('.localhost') || /^127(\.\d+){3}$/.test(name) || name === '[::1]'
  );
}

/** The browser's notion of a potentially trustworthy origin (W3C Secure Contexts, 3.1), as far as it's needed. */
export function isProtected(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url.hostname);
}

/**
 * A base URL that ends in `/`; a path prefix is kept. Rejects (throws) with `address_invalid`: anything but
 * https (http on this computer alone), credentials, query, fragment, and what `URL` would silently repair.
 */
export function baseAddress(text: string, what: 'relay' | 'tunnel'): URL {
  const given = text.trim();
  const example = what === 'relay' ? 'https://relay.example.org' : 'https://my-computer.example.ts.net';
  const refuse = (message: string, next = `Give one such as ${example}.`): OffdeskError =>
    new OffdeskError('address_invalid', message, next);
  if (given === '') throw refuse('No address was given.');
  if (given.length > longest) throw refuse('The address is too long.');
  // `URL` drops tabs and line breaks and turns backslashes round: what was read would not be what is used.
  if (/[\s\p{C}\\]/u.test(given))
    throw refuse('The address contains a space, a backslash or an invisible character.');
  if (!/^https?:\/\/[^/]/i.test(given)) throw refuse('The address does not begin with https://.');
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw refuse('That is not a valid address.');
  }
  // In the authority alone: a path may hold an `@`.
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(given)) {
    throw refuse('The address contains a name or password.', 'Leave it out; Offdesk needs none there.');
  }
  if (given.includes('?') || given.includes('#')) {
    throw refuse('The address contains a query or fragment.', 'Leave out everything from ? or # on.');
  }
  if (!isProtected(url)) {
    throw refuse(
      'The address is not protected: with plain http anyone on the way could replace the page.',
      `Use https, such as ${example}; plain http works on this computer alone.`,
    );
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** Checks an address that the user typed for a relay or a tunnel. */
import type { Translate } from '../base/translate.ts';

/** A sentence on what is wrong; undefined for a good one. Plain HTTP is good enough within this computer only. */
export function addressProblem(text: string, t: Translate): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url) return t('This is no address. One looks like https://relay.example.org');
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    return t('The address must begin with https://');
  if (url.username || url.password || url.search || url.hash)
    return t('The address must not hold a password, a ? or a #.');
  return undefined;
}

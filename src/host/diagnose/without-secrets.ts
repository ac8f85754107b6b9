/** Takes out of a text what must not leave the computer with it: secrets, what hides in addresses, the user's name in paths. */

import { homedir, userInfo } from 'node:os';

/** Empty where the system knows none. */
export interface Places {
  home: string;
  user: string;
}

/** In a container its user may have no name, and no folder either: asked for, they throw. */
export function placesOf(system = { homedir, userInfo: () => userInfo() }): Places {
  const asked = (ask: () => string): string => {
    try {
      return ask();
    } catch {
      return '';
    }
  };
  return { home: asked(system.homedir), user: asked(() => system.userInfo().username) };
}

const mark = '•••';

/** Of the ways in which credentials look: JSON Web Tokens, keys with a well-known prefix, `Bearer …`, long random runs. */
const credentials = [
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:sk|pk|rk|ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs])[-_][\w-]{8,}/g,
  /(?<=\b[Bb]earer )\S+/g,
  /\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{32,}\b/g,
];

export function withoutSecrets(text: string, secrets: readonly string[], { home, user }: Places): string {
  // The longest first: one may be a part of another.
  const known = secrets.filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);
  let said = text.replace(/\b(?:https?|wss?|socks5?h?):\/\/[^\s"'<>)\]]+/gi, plainAddress);
  // Again after paths were cut: what is left of a text may be a secret by itself.
  said = withoutKnown(withoutHome(withoutKnown(said, known), home, user), known);
  for (const pattern of credentials) said = said.replace(pattern, mark);
  return said;
}

/** Without name and password, query and fragment: an invite's secret is in its fragment. */
export function plainAddress(address: string): string {
  const [, scheme = '', rest = ''] = /^(\w+:\/\/)([^?#]*)/.exec(address) ?? [];
  const [authority = '', ...path] = rest.split('/');
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return `${scheme}${[host, ...path].join('/')}`;
}

function withoutKnown(text: string, secrets: readonly string[]): string {
  return secrets.reduce((said, secret) => said.replaceAll(secret, mark), text);
}

function withoutHome(text: string, home: string, user: string): string {
  const short = home.length > 1 ? text.replaceAll(home, '~') : text;
  const named =
    user.length > 1 ? new RegExp(`(?<=[/\\\\])${escaped(user)}(?=[/\\\\\\s.,;:]|$)`, 'gim') : undefined;
  return (named ? short.replace(named, '~') : short).replace(
    /(?:\/home|\/Users|[A-Za-z]:\\Users)[/\\][^/\\\s]+/g,
    '~',
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Reach: how a phone can get to this computer, and in plain words what each way exposes to whom. */
import { OffdeskError } from '../base/error.ts';
import type { HostStatus, ReachKind } from '../protocol/host-status.ts';
import type { Scope } from '../protocol/methods.ts';
import { isTunnelKind, type TunnelKind } from '../protocol/tunnel.ts';
import { baseAddress, isLoopback, isProtected } from './address.ts';
import { urlHost } from './lan.ts';

/** What the reaches are worked out from. */
export interface ReachFacts {
  /** Port of the embedded relay. */
  port: number;
  /** As the user gave them; empty for none. */
  relay: string;
  publicUrl: string;
  /** From `lanAddresses`, best first. */
  lan: readonly string[];
  /** Tunnel programs that are installed here. */
  programs?: readonly TunnelKind[];
}

/** `HostStatus.reach` but for the session's link, which only the host knows. */
export type ReachInfo = Omit<NonNullable<HostStatus['reach']>, 'sessionUrl'>;
export type ReachOption = HostStatus['reachOptions'][number];

const labels: Record<ReachKind, string> = {
  computer: 'This computer',
  relay: 'Your own relay',
  tailscale: 'Tailscale, run by Offdesk',
  cloudflared: 'Cloudflare quick tunnel, run by Offdesk',
  tunnel: 'Your tunnel',
  lan: 'Same network',
};

/** What is exposed to whom. */
const sentences: Record<ReachKind, string> = {
  computer: 'Only browsers on this computer can open it; nothing listens on the network.',
  relay:
    'This computer only calls out to your relay, which passes on messages that it cannot read; whoever runs it could serve another page.',
  tailscale:
    'Devices in your tailnet open it at an https address that stays the same, while remote control is on; messages are sealed.',
  cloudflared:
    'For trying out: anyone can load the page at an https address that changes at each start, and phones then have to pair again; messages are sealed, and Cloudflare could serve another page.',
  tunnel:
    'Your tunnel leads to this computer; messages are sealed, and whoever runs the address could serve another page.',
  lan: 'Anyone in your network can load the page, without https: messages are sealed, but whoever controls the network could replace the page.',
};

/** Throws `address_invalid` with the next step. */
export function reachInfo(kind: ReachKind, facts: ReachFacts): ReachInfo {
  const url = reachUrl(kind, facts);
  if (isTunnelKind(kind))
    return { kind, url: url.href, phoneCanOpen: false, protectedPage: true, sentence: sentences[kind] };
  const phoneCanOpen = !isLoopback(url.hostname);
  const sentence =
    phoneCanOpen || kind === 'computer'
      ? sentences[kind]
      : 'The address leads to this computer itself, so a phone cannot open it.';
  return { kind, url: url.href, phoneCanOpen, protectedPage: isProtected(url), sentence };
}

function reachUrl(kind: ReachKind, facts: ReachFacts): URL {
  switch (kind) {
    case 'computer':
      return new URL(`http://127.0.0.1:${facts.port}/`);
    case 'relay':
      return baseAddress(facts.relay, 'relay');
    case 'tailscale':
    case 'cloudflared':
      // Where it is until the program has said where else.
      return new URL(`http://127.0.0.1:${facts.port}/`);
    case 'tunnel':
      return baseAddress(facts.publicUrl, 'tunnel');
    case 'lan': {
      const [address] = facts.lan;
      if (address !== undefined) return new URL(`http://${urlHost(address)}:${facts.port}/`);
      throw new OffdeskError(
        'address_invalid',
        'This computer has no address in a local network.',
        'Join the network that your phone is in, or use your own relay or a tunnel.',
      );
    }
  }
}

/** For the chooser, in its order. An option with `needsUrl` takes an address; a bad one shows what is wrong with it. */
export function reachOptions(facts: ReachFacts): ReachOption[] {
  const all: ReachKind[] = ['computer', 'relay', 'tailscale', 'cloudflared', 'tunnel', 'lan'];
  const kinds = all.filter((kind) => !isTunnelKind(kind) || facts.programs?.includes(kind));
  return kinds.map((kind) => {
    const given = kind === 'relay' ? facts.relay : kind === 'tunnel' ? facts.publicUrl : undefined;
    const needsUrl = given !== undefined;
    const option = { kind, label: labels[kind], needsUrl };
    // Its address is not known before it runs.
    if (isTunnelKind(kind)) return { ...option, sentence: sentences[kind], available: true, url: '' };
    if (needsUrl && given.trim() === '')
      return { ...option, sentence: sentences[kind], available: true, url: '' };
    try {
      const { url, sentence } = reachInfo(kind, facts);
      return { ...option, sentence, available: true, url };
    } catch (error) {
      if (!(error instanceof OffdeskError)) throw error;
      // With an address to correct the choice stays open; without a network there is nothing to choose.
      return { ...option, sentence: error.sentence, available: needsUrl, url: given ?? '' };
    }
  });
}

/** What a device asks for when it pairs (DESIGN.md, the secure channel); the desk's dialog can change it. */
export function askedScope(protectedPage: boolean): Scope {
  return protectedPage ? 'control' : 'answer';
}

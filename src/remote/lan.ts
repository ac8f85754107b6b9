/** This computer's addresses in the local network, the likeliest for a phone first. */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface InterfaceAddress {
  interface: string;
  address: string;
  internal: boolean;
}
export interface Network {
  addresses(): InterfaceAddress[];
}

export const systemNetwork: Network = {
  addresses: () =>
    Object.entries(networkInterfaces()).flatMap(([name, found]) =>
      (found ?? []).map(({ address, internal }) => ({ interface: name, address, internal })),
    ),
};

/** Bridges and tunnels of containers and virtual machines: a phone is hardly ever behind them. */
const virtual =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|vethernet|cni|flannel|lxc|lxd|podman|tun|tap|utun|zt)/i;

/** Undefined for an address that is no use (loopback, link-local) or of the public internet (plain HTTP there
 * would show the page to everyone). RFC 1918, RFC 6598 (Tailscale and others), RFC 4193. */
function rankOf(address: string): number | undefined {
  if (isIPv6(address)) return /^f[cd]/i.test(address) && !address.includes('%') ? 3 : undefined;
  const [a, b] = address.split('.').map(Number);
  if (a === undefined || b === undefined) return undefined;
  if (a === 192 && b === 168) return 0;
  if (a === 10 || (a === 172 && b >= 16 && b < 32)) return 1;
  if (a === 100 && b >= 64 && b < 128) return 2;
  return undefined;
}

/** Plain addresses, as `listen` takes them. */
export function lanAddresses(network: Network): string[] {
  return network
    .addresses()
    .filter((candidate) => !candidate.internal)
    .flatMap((candidate) => {
      const rank = rankOf(candidate.address);
      if (rank === undefined) return [];
      return [{ address: candidate.address, rank: rank + (virtual.test(candidate.interface) ? 10 : 0) }];
    })
    .sort((one, other) => one.rank - other.rank)
    .map(({ address }) => address);
}

/** As in a URL: IPv6 goes in brackets (RFC 3986, 3.2.2). */
export function urlHost(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

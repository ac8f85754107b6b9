/** Which reach was chosen: by the settings, or just now with an address. */
import type { ReachKind } from '../protocol/host-status.ts';
import type { ReachFacts } from '../remote/reach.ts';
import type { HostSettings } from './api.ts';

/** What was chosen before; undefined asks the user. */
export function initialReach({ reach, relay, publicUrl }: HostSettings): ReachKind | undefined {
  if (reach === 'relay' && !relay) return undefined;
  if (reach === 'tunnel' && !publicUrl) return undefined;
  return reach ?? (relay ? 'relay' : publicUrl ? 'tunnel' : undefined);
}

/** What the reaches are worked out from, with the address that was given with the choice. */
export function withUrl(facts: ReachFacts, kind: ReachKind, url: string | undefined): ReachFacts {
  if (!url?.trim()) return facts;
  if (kind === 'relay') return { ...facts, relay: url };
  if (kind === 'tunnel') return { ...facts, publicUrl: url };
  return facts;
}

/** The `offdesk.*` context keys that menus, views and the walkthrough depend on. */
import type { HostStatus } from '../protocol/host-status.ts';

export interface ContextKeys {
  'offdesk.state': HostStatus['state'];
  /** Started and not stopped, connected or not. */
  'offdesk.on': boolean;
  /** A way for a phone is chosen. */
  'offdesk.reachChosen': boolean;
  'offdesk.paired': boolean;
  /** A pairing request or question is open. */
  'offdesk.waiting': boolean;
}

export function contextKeys(status: HostStatus | undefined): ContextKeys {
  const state = status?.state ?? 'off';
  return {
    'offdesk.state': state,
    'offdesk.on': state === 'starting' || state === 'on' || state === 'reconnecting',
    'offdesk.reachChosen': status?.reach != null,
    'offdesk.paired': (status?.devices.length ?? 0) > 0,
    'offdesk.waiting': (status?.pairings.length ?? 0) + (status?.questions?.length ?? 0) > 0,
  };
}

/** Sets what changed since the last call. */
export class ContextKeySetter {
  readonly #set: (key: string, value: unknown) => void;
  #last: Partial<ContextKeys> = {};

  constructor(set: (key: string, value: unknown) => void) {
    this.#set = set;
  }

  update(status: HostStatus | undefined): void {
    const keys = contextKeys(status);
    for (const key of Object.keys(keys) as (keyof ContextKeys)[])
      if (keys[key] !== this.#last[key]) this.#set(key, keys[key]);
    this.#last = keys;
  }
}

/** Which device a "y" is for: requests are shown one at a time, so that no answer goes to one that nobody looked at. */
import type { HostStatus } from '../protocol/host-status.ts';

type Pairing = HostStatus['pairings'][number];

export class AskedPairing {
  #asked: Pairing | undefined;

  /** Of the one that was shown and still waits; '' when nobody does, which the desk then says. */
  get id(): string {
    return this.#asked?.id ?? '';
  }

  /** The request to show now; undefined while the one that was shown waits, or nobody does. */
  next({ pairings }: HostStatus): Pairing | undefined {
    if (pairings.some(({ id }) => id === this.#asked?.id)) return undefined;
    return (this.#asked = pairings[0]);
  }
}

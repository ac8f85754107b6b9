/** The invites of this host: which are open, which were used, and what a peer that holds one is told. */
import { newSecret, pskOf, slotOf } from '../channel/invite.ts';
import type { DeniedCode } from '../channel/control.ts';
import type { Clock } from '../base/clock.ts';
import { limits } from '../protocol/limits.ts';

export interface OpenInvite {
  /** 16 bytes; goes into the link and nowhere else. */
  readonly secret: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

export interface BookedInvite extends OpenInvite {
  /** What the relay calls it. */
  readonly slot: string;
  readonly psk: Uint8Array;
  state:
    | { name: 'open'; attempts: number }
    /** One device has proven that it holds the secret and waits. `holder`: its static key, base64url. */
    | { name: 'pending'; attempts: number; holder: string }
    /** Decided, either way. `reported`: the desk was told that somebody came with it again. */
    | { name: 'used'; reported: boolean }
    | { name: 'contested' }
    /** The desk took it back. */
    | { name: 'void' };
}

export class InviteBook {
  readonly #clock: Clock;
  readonly #forgotten: (slot: string) => void;
  /** By slot. Ended ones stay for a while, so that a peer that comes late is told why. */
  readonly #invites = new Map<string, BookedInvite>();

  /** `forgotten` hears which slots the relay need not keep any longer. */
  constructor(clock: Clock, forgotten: (slot: string) => void) {
    this.#clock = clock;
    this.#forgotten = forgotten;
  }

  create(): BookedInvite {
    const secret = newSecret();
    const invite: BookedInvite = {
      secret,
      expiresAt: this.#clock.now() + limits.inviteMs,
      slot: slotOf(secret),
      psk: pskOf(secret),
      state: { name: 'open', attempts: 0 },
    };
    this.#invites.set(invite.slot, invite);
    this.#forgetOld();
    return invite;
  }

  bySlot(slot: string): BookedInvite | undefined {
    this.#forgetOld();
    return this.#invites.get(slot);
  }

  get all(): BookedInvite[] {
    return [...this.#invites.values()];
  }

  /** Why a peer that holds this invite's secret can't pair by it now; undefined when it can. */
  refusal(invite: BookedInvite): DeniedCode | undefined {
    switch (invite.state.name) {
      case 'used':
        return 'invite_used';
      case 'contested':
        return 'invite_contested';
      case 'void':
        return 'invite_expired';
      case 'open':
      case 'pending':
        return this.#clock.now() < invite.expiresAt ? undefined : 'invite_expired';
    }
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const invite of this.all) {
      if (invite.state.name === 'pending') continue;
      // The relay's slot ends at `expiresAt`; a channel that it let through before may be under way.
      const over = now > invite.expiresAt + limits.inviteMs;
      const crowded = this.#invites.size > limits.openInvites && invite.state.name !== 'open';
      if (!over && !crowded) continue;
      this.#invites.delete(invite.slot);
      this.#forgotten(invite.slot);
    }
  }
}

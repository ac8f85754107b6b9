/** Pairing at the desk: one-time invites, requests that show six digits, and a decision that defaults to no. */
import { randomBytes } from 'node:crypto';
import { toBase64Url } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { DeniedCode, Hello } from '../channel/control.ts';
import type { SecureTransport } from '../channel/secure-transport.ts';
import { limits } from '../protocol/limits.ts';
import { allows, type Scope } from '../protocol/methods.ts';
import { PROTOCOL } from '../protocol/version.ts';
import type { DeviceList } from './device-list.ts';
import { deviceName } from './device-name.ts';
import type { HostIdentity } from './identity.ts';
import { InviteBook, type BookedInvite, type OpenInvite } from './invite-book.ts';
import { askedScope } from './reach.ts';
import { versionRefusal } from './version-refusal.ts';

/** As in HostStatus.pairings. */
export interface PairingRequest {
  readonly id: string;
  readonly device: string;
  /** Six digits, shown on both screens. */
  readonly code: string;
  readonly scope: Scope;
  readonly protectedPage: boolean;
}
/** A sentence that the user at the desk should read once. */
export interface Notice {
  severity: 'info' | 'warning' | 'error';
  code: string;
  message: string;
}

/** Where slots are registered; a slot that is registered again gets the new time. */
export interface PairingSlots {
  openSlot(id: string, ms: number): void;
  closeSlot(id: string): void;
}

export interface PairingDeskOptions {
  identity: HostIdentity;
  devices: DeviceList;
  slots: PairingSlots;
  /** Whether the page that invites lead to is protected: one that is not may be another's, and says what it likes. */
  protectedPage: boolean;
  hostName(): string;
  clock: Clock;
  log: Log;
}

/** A proven use of an invite: first without a hello, then shown at the desk. */
interface Use {
  readonly invite: BookedInvite;
  readonly transport: SecureTransport;
  request: PairingRequest | undefined;
  readonly ends: DisposableStore;
}

export class PairingDesk implements Disposable {
  readonly #options: PairingDeskOptions;
  readonly #book: InviteBook;
  readonly #uses = new Set<Use>();
  readonly #changed = new Emitter<void>();
  readonly #noticed = new Emitter<Notice>();
  #disposed = false;
  #expiry: Disposable | undefined;
  /** Invite or requests changed. */
  readonly onChange: Event<void> = this.#changed.event;
  readonly onNotice: Event<Notice> = this.#noticed.event;

  constructor(options: PairingDeskOptions) {
    this.#options = options;
    this.#book = new InviteBook(options.clock, (slot) => options.slots.closeSlot(slot));
  }

  /** The invite that a device can use now. */
  get invite(): OpenInvite | undefined {
    return this.#book.all.find(
      (invite) => invite.state.name === 'open' && this.#book.refusal(invite) === undefined,
    );
  }

  /** The newest invite whose time ran out before a device came with it. */
  get expired(): OpenInvite | undefined {
    return this.#book.all.findLast(
      (invite) => invite.state.name === 'open' && this.#book.refusal(invite) === 'invite_expired',
    );
  }

  /** Oldest first. */
  get requests(): PairingRequest[] {
    return [...this.#uses].flatMap((use) => (use.request ? [use.request] : []));
  }

  /** Voids the open invite and makes a new one. Throws `pairing_denied` when no further device fits. */
  createInvite(): OpenInvite {
    const full = this.#options.devices.full;
    if (full) throw full;
    this.#voidOpen();
    const invite = this.#book.create();
    this.#options.slots.openSlot(invite.slot, limits.inviteMs);
    this.#expiry?.dispose();
    this.#expiry = this.#options.clock.after(limits.inviteMs, () => this.#changed.fire());
    this.#changed.fire();
    return invite;
  }

  /** Takes the open invite back. A used one's slot stays at the relay, so that who comes late is told why. */
  closeInvite(): void {
    this.#voidOpen();
    this.#changed.fire();
  }

  /** The pre-shared key to try for a channel that the relay let in by this slot. */
  pskFor(slot: string): Uint8Array | undefined {
    return this.#book.bySlot(slot)?.psk;
  }

  /**
   * A pairing channel whose first transport message decrypted: its peer holds the secret of `slot`. From
   * here on the channel is this desk's.
   */
  accept(transport: SecureTransport, slot: string): void {
    const invite = this.#book.bySlot(slot);
    if (!invite || this.#disposed) return transport.close();
    const refusal = this.#book.refusal(invite);
    if (refusal) {
      if (invite.state.name === 'used' && !invite.state.reported) {
        invite.state = { name: 'used', reported: true };
        this.#notice(
          'warning',
          'invite_used',
          'A pairing link was used again after it had served, and whoever came with it was refused. If that was you, make a new one.',
        );
      }
      return this.#deny(transport, refusal);
    }
    const holder = toBase64Url(transport.remoteStatic);
    const { state } = invite;
    if (state.name === 'pending') {
      // The same key again is the same device, whose old connection is not yet known to be dead.
      if (state.holder !== holder) return this.#contest(invite, transport);
      this.#withdrawAll(invite);
    }
    const attempts = (state.name === 'open' || state.name === 'pending' ? state.attempts : 0) + 1;
    if (attempts > limits.inviteAttempts) {
      invite.state = { name: 'void' };
      return this.#deny(transport, 'invite_expired');
    }
    invite.state = { name: 'pending', attempts, holder };
    this.#await({ invite, transport, request: undefined, ends: new DisposableStore() });
    this.#changed.fire();
  }

  /**
   * Allows (with `scope`, or what was asked) or denies. Rejects with `pairing_denied` when the request is
   * over or no further device fits, and with `storage_failed` when the device can't be kept.
   */
  async decide(id: string, allow: boolean, scope?: Scope): Promise<void> {
    const use = [...this.#uses].find((candidate) => candidate.request?.id === id);
    if (!use?.request) {
      throw new OffdeskError('pairing_denied', 'That device no longer waits.', 'Let it scan a new code.');
    }
    // From this moment the invite is used up, whatever comes of it.
    use.invite.state = { name: 'used', reported: false };
    this.#leave(use);
    this.#changed.fire();
    if (!allow) return this.#deny(use.transport, 'pairing_denied');
    const { transport, request } = use;
    const granted = scope ?? request.scope;
    try {
      const ticket = await this.#options.identity.mintTicket(this.#options.clock.now());
      await this.#options.devices.add({
        key: transport.remoteStatic,
        name: request.device,
        scope: granted,
        protectedPage: request.protectedPage,
        ephemeral: !request.protectedPage,
      });
      transport.sendControl({ type: 'paired', ticket, scope: granted, hostName: this.#options.hostName() });
      this.#endSoon(transport);
    } catch (error) {
      this.#deny(transport, 'pairing_denied');
      throw asOffdeskError(error);
    }
  }

  /** Denies what waits and voids the invite. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#expiry?.dispose();
    this.#voidOpen();
    for (const use of this.#uses) {
      this.#leave(use);
      use.invite.state = { name: 'void' };
      this.#deny(use.transport, 'pairing_denied');
    }
    this.#changed.dispose();
    this.#noticed.dispose();
  }

  #await(use: Use): void {
    const { transport, ends } = use;
    this.#uses.add(use);
    ends.add(transport.onClose(() => this.#withdraw(use)));
    ends.add(
      transport.onControl((message) => {
        if (message.type === 'hello' && !use.request) this.#hello(use, message);
      }),
    );
    // It should come with the first transport message.
    ends.add(
      this.#options.clock.after(limits.handshakeMs, () => {
        if (!use.request) transport.close();
      }),
    );
  }

  #hello(use: Use, hello: Hello): void {
    if (hello.protocol !== PROTOCOL) {
      const refusal = versionRefusal(hello.protocol);
      // Sealed by close itself; the invite stays open for a page that fits.
      return use.transport.close(refusal.toShape());
    }
    const protectedPage = hello.protectedPage && this.#options.protectedPage;
    const most = askedScope(protectedPage);
    use.request = {
      id: toBase64Url(randomBytes(9)),
      device: deviceName(hello.name),
      code: use.transport.digits,
      // Without a protected page it can ask for more, but that is what the desk's dialog begins with.
      scope: allows(most, hello.scope) ? hello.scope : most,
      protectedPage,
    };
    use.ends.add(
      this.#options.clock.after(limits.pairingDecisionMs, () => {
        this.#leave(use);
        use.invite.state = { name: 'used', reported: false };
        this.#deny(use.transport, 'pairing_denied');
        this.#changed.fire();
      }),
    );
    this.#options.log.write('info', 'pairing: a device asks', { request: use.request.id });
    this.#changed.fire();
  }

  /** Two devices hold the secret: one of them may be an eavesdropper's, and nobody can tell which. */
  #contest(invite: BookedInvite, second: SecureTransport): void {
    invite.state = { name: 'contested' };
    for (const use of this.#uses) {
      if (use.invite !== invite) continue;
      this.#leave(use);
      this.#deny(use.transport, 'invite_contested');
    }
    this.#deny(second, 'invite_contested');
    this.#notice(
      'warning',
      'invite_contested',
      'Two devices used the same pairing link, so both were refused: someone else may have seen it. Make a new one, and show it to nobody else.',
    );
    this.#changed.fire();
  }

  /** The device left before anyone decided: as long as the invite lives, it can come back. */
  #withdraw(use: Use): void {
    this.#leave(use);
    const { state } = use.invite;
    if (state.name === 'pending') use.invite.state = { name: 'open', attempts: state.attempts };
    this.#changed.fire();
  }

  #withdrawAll(invite: BookedInvite): void {
    for (const use of this.#uses) {
      if (use.invite !== invite) continue;
      this.#leave(use);
      use.transport.close();
    }
  }

  #leave(use: Use): void {
    this.#uses.delete(use);
    use.ends.dispose();
  }

  #voidOpen(): void {
    for (const invite of this.#book.all) {
      if (invite.state.name !== 'open') continue;
      invite.state = { name: 'void' };
      this.#options.slots.closeSlot(invite.slot);
    }
  }

  #deny(transport: SecureTransport, code: DeniedCode): void {
    this.#options.log.write('info', 'pairing: refused', { code });
    transport.sendControl({ type: 'denied', code });
    this.#endSoon(transport);
  }

  /** The other side closes when it has read the last word; one that doesn't is closed. */
  #endSoon(transport: SecureTransport): void {
    const late = this.#options.clock.after(limits.lastWordMs, () => transport.close());
    transport.onClose(() => late.dispose());
  }

  #notice(severity: Notice['severity'], code: string, message: string): void {
    this.#noticed.fire({ severity, code, message });
  }
}

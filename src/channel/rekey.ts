/**
 * Fresh keys while the channel runs: an IK handshake inside it, tied to the one before. The device offers;
 * the host's answer is the last record of its old key, the device's switch the last of its own, so that
 * each direction changes keys at one exact record and messages never wait.
 */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { equalBytes } from '../base/bytes.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { Aead } from './aead.ts';
import type { CipherState } from './cipher-state.ts';
import { rekeyPrologueOf } from './handshake.ts';
import type { KeyPair } from './keys.ts';
import { HandshakeState, IK } from './noise.ts';
import { malformed, type Part } from './record.ts';

export interface RekeyPort {
  role: 'initiator' | 'responder';
  keyPair: KeyPair;
  remoteStatic: Uint8Array;
  aead: Aead;
  clock: Clock;
  /** Seals what waits, then this part as a record of its own. */
  send(kind: 'rekeyOffer' | 'rekeyAnswer' | 'rekeySwitch', bytes: Uint8Array): void;
  /** From the next record on. */
  sendWith(cipher: CipherState): void;
  receiveWith(cipher: CipherState): void;
  fail(error: OffdeskError): void;
}

type State =
  | { at: 'idle' }
  /** Device: the offer is out (or being made). */
  | { at: 'offered'; handshake: HandshakeState }
  /** Host: the answer is out; the device still uses its old key. */
  | { at: 'answered'; receive: CipherState; hash: Uint8Array };

export class Rekey implements Disposable {
  readonly #port: RekeyPort;
  #hash: Uint8Array;
  #state: State = { at: 'idle' };
  #timer: Disposable | undefined;
  #deadline: Disposable | undefined;
  #disposed = false;

  /** `hash`: of the handshake that made the present keys. */
  constructor(port: RekeyPort, hash: Uint8Array) {
    this.#port = port;
    this.#hash = hash;
    this.#schedule();
  }

  /** Takes a part that belongs here; the next record waits for the promise. Never rejects. */
  async take(part: Part): Promise<void> {
    try {
      if (part.kind === 'rekeyOffer') await this.#answer(part.bytes);
      else if (part.kind === 'rekeyAnswer') await this.#finish(part.bytes);
      else this.#switch();
    } catch (error) {
      this.#fail(error);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
    this.#deadline?.dispose();
  }

  #schedule(): void {
    if (this.#port.role === 'responder' || this.#disposed) return;
    this.#timer = this.#port.clock.after(limits.rehandshakeMs, () => {
      this.#offer().catch((error: unknown) => this.#fail(error));
    });
  }

  async #offer(): Promise<void> {
    const handshake = this.#handshake();
    this.#state = { at: 'offered', handshake };
    this.#bound();
    const message = await handshake.writeMessage();
    if (!this.#disposed) this.#port.send('rekeyOffer', message);
  }

  async #answer(offer: Uint8Array): Promise<void> {
    if (this.#port.role === 'initiator' || this.#state.at !== 'idle') throw malformed();
    const handshake = this.#handshake();
    const payload = await handshake.readMessage(offer);
    if (payload.length > 0 || !equalBytes(handshake.remoteStatic!, this.#port.remoteStatic))
      throw malformed();
    const message = await handshake.writeMessage();
    if (this.#disposed) return;
    const { send, receive } = handshake.split();
    this.#state = { at: 'answered', receive, hash: handshake.hash };
    this.#bound();
    this.#port.send('rekeyAnswer', message);
    this.#port.sendWith(send);
  }

  async #finish(answer: Uint8Array): Promise<void> {
    if (this.#state.at !== 'offered') throw malformed();
    const { handshake } = this.#state;
    const payload = await handshake.readMessage(answer);
    if (payload.length > 0) throw malformed();
    if (this.#disposed) return;
    const { send, receive } = handshake.split();
    this.#port.receiveWith(receive);
    this.#port.send('rekeySwitch', new Uint8Array(0));
    this.#port.sendWith(send);
    this.#done(handshake.hash);
    this.#schedule();
  }

  #switch(): void {
    if (this.#state.at !== 'answered') throw malformed();
    this.#port.receiveWith(this.#state.receive);
    this.#done(this.#state.hash);
  }

  #done(hash: Uint8Array): void {
    this.#hash = hash;
    this.#state = { at: 'idle' };
    this.#deadline?.dispose();
  }

  #bound(): void {
    this.#deadline = this.#port.clock.after(limits.handshakeMs, () =>
      this.#fail(new OffdeskError('handshake_failed', 'New keys took too long.', 'Connect again.')),
    );
  }

  #handshake(): HandshakeState {
    const { role, keyPair, remoteStatic, aead } = this.#port;
    const known = role === 'initiator' ? { rs: remoteStatic } : {};
    const prologue = rekeyPrologueOf(this.#hash);
    return new HandshakeState({ pattern: IK, role, prologue, s: keyPair, aead, ...known });
  }

  #fail(error: unknown): void {
    if (!this.#disposed) this.#port.fail(asOffdeskError(error, 'handshake_failed'));
  }
}

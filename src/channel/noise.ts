/** Noise HandshakeState (revision 34, section 5.3), driven by token lists, with an asynchronous DH. */
import { concat } from '../base/bytes.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import { nobleAead, tagBytes, type Aead } from './aead.ts';
import type { CipherState } from './cipher-state.ts';
import { generateKeyPair, keyBytes, refuseZero, type KeyPair } from './keys.ts';
import { SymmetricState } from './symmetric-state.ts';

export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

/** A handshake pattern (section 7): which static keys are known before, and the tokens of each message. */
export interface Pattern {
  readonly name: string;
  /** Whether each side's static key is known to the other beforehand. */
  readonly pre: { readonly initiator: boolean; readonly responder: boolean };
  readonly messages: readonly (readonly Token[])[];
}

export const IK: Pattern = {
  name: 'IK',
  pre: { initiator: false, responder: true },
  messages: [
    ['e', 'es', 's', 'ss'],
    ['e', 'ee', 'se'],
  ],
};

export const IKpsk2: Pattern = {
  ...IK,
  name: 'IKpsk2',
  messages: [
    ['e', 'es', 's', 'ss'],
    ['e', 'ee', 'se', 'psk'],
  ],
};

export interface HandshakeOptions {
  pattern: Pattern;
  role: 'initiator' | 'responder';
  prologue: Uint8Array;
  /** Own static key. */
  s: KeyPair;
  /** The other side's static public key, where the pattern knows it beforehand. */
  rs?: Uint8Array;
  /** 32 bytes, for patterns with a `psk` token. */
  psk?: Uint8Array;
  /** Makes the ephemeral key; tests give fixed ones. */
  ephemeral?: () => KeyPair;
  aead?: Aead;
}

/** One handshake. Any failure leaves it unusable; all rejections carry `handshake_failed`. */
export class HandshakeState {
  readonly #options: HandshakeOptions;
  readonly #initiator: boolean;
  readonly #symmetric: SymmetricState;
  #e: KeyPair | undefined;
  #rs: Uint8Array | undefined;
  #re: Uint8Array | undefined;
  #step = 0;
  #broken = false;

  constructor(options: HandshakeOptions) {
    const { pattern, role, prologue, s, rs, psk } = options;
    this.#options = options;
    this.#initiator = role === 'initiator';
    this.#rs = rs;
    const needsPsk = pattern.messages.some((tokens) => tokens.includes('psk'));
    const knowsRemote = this.#initiator ? pattern.pre.responder : pattern.pre.initiator;
    if (needsPsk !== (psk !== undefined) || (psk && psk.length !== 32)) throw failed('its secret is missing');
    if (knowsRemote !== (rs !== undefined) || (rs && rs.length !== keyBytes))
      throw failed('its key is missing');

    this.#symmetric = new SymmetricState(
      `Noise_${pattern.name}_25519_ChaChaPoly_SHA256`,
      options.aead ?? nobleAead,
    );
    this.#symmetric.mixHash(prologue);
    if (pattern.pre.initiator) this.#symmetric.mixHash(this.#initiator ? s.publicKey : rs!);
    if (pattern.pre.responder) this.#symmetric.mixHash(this.#initiator ? rs! : s.publicKey);
  }

  get finished(): boolean {
    return this.#step === this.#options.pattern.messages.length;
  }

  /** The other side's static public key, once known; proven only when the handshake is finished. */
  get remoteStatic(): Uint8Array | undefined {
    return this.#rs && new Uint8Array(this.#rs);
  }

  /** Names this handshake when it is finished (section 11.2), 32 bytes. */
  get hash(): Uint8Array {
    return this.#symmetric.hash;
  }

  async writeMessage(payload: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
    return await this.#guarded(true, async (tokens) => {
      const parts: Uint8Array[] = [];
      for (const token of tokens) {
        if (token === 'e') {
          this.#e = (this.#options.ephemeral ?? generateKeyPair)();
          parts.push(this.#e.publicKey);
          this.#mixEphemeral(this.#e.publicKey);
        } else if (token === 's') {
          parts.push(this.#symmetric.encryptAndHash(this.#options.s.publicKey));
        } else {
          await this.#mix(token);
        }
      }
      parts.push(this.#symmetric.encryptAndHash(payload));
      const message = concat(...parts);
      if (message.length > limits.noiseMessageBytes) throw failed('a message is too long');
      return message;
    });
  }

  /** Returns the payload. */
  async readMessage(message: Uint8Array): Promise<Uint8Array> {
    return await this.#guarded(false, async (tokens) => {
      if (message.length > limits.noiseMessageBytes) throw failed('a message is too long');
      let offset = 0;
      const take = (length: number): Uint8Array => {
        if (offset + length > message.length) throw failed('a message is too short');
        return message.slice(offset, (offset += length));
      };
      for (const token of tokens) {
        if (token === 'e') {
          this.#re = take(keyBytes);
          this.#mixEphemeral(this.#re);
        } else if (token === 's') {
          const length = keyBytes + (this.#symmetric.hasKey ? tagBytes : 0);
          this.#rs = this.#symmetric.decryptAndHash(take(length));
        } else {
          await this.#mix(token);
        }
      }
      return this.#symmetric.decryptAndHash(message.slice(offset));
    });
  }

  /** The transport ciphers of a finished handshake; call once. One-way patterns use the sender's alone. */
  split(): { send: CipherState; receive: CipherState } {
    if (!this.finished || this.#broken) throw failed('it is not finished');
    this.#broken = true;
    const [first, second] = this.#symmetric.split();
    return this.#initiator ? { send: first, receive: second } : { send: second, receive: first };
  }

  async #guarded(
    writing: boolean,
    step: (tokens: readonly Token[]) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const tokens = this.#options.pattern.messages[this.#step];
    const ownTurn = (this.#step % 2 === 0) === this.#initiator;
    if (this.#broken || !tokens || ownTurn !== writing) throw failed('a message came out of turn');
    // Broken until this message is done: a second call while one waits is a mistake too.
    this.#broken = true;
    try {
      const result = await step(tokens);
      this.#step++;
      this.#broken = false;
      return result;
    } catch (error) {
      throw failed('the keys do not fit', error);
    }
  }

  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    // With a pre-shared key the ephemeral also randomises the keys (section 9.2).
    if (this.#options.psk) this.#symmetric.mixKey(publicKey);
  }

  async #mix(token: Exclude<Token, 'e' | 's'>): Promise<void> {
    if (token === 'psk') return this.#symmetric.mixKeyAndHash(this.#options.psk!);
    // The first letter names the initiator's key, the second the responder's.
    const [initiators, responders] = token as unknown as readonly [string, string];
    const own = (this.#initiator ? initiators : responders) === 'e' ? this.#e : this.#options.s;
    const other = (this.#initiator ? responders : initiators) === 'e' ? this.#re : this.#rs;
    if (!own || !other) throw failed('a key is missing');
    this.#symmetric.mixKey(refuseZero(await own.dh(other)));
  }
}

function failed(why: string, cause?: unknown): OffdeskError {
  if (cause instanceof OffdeskError && cause.code === 'handshake_failed') return cause;
  return new OffdeskError(
    'handshake_failed',
    `The secure connection could not be made: ${why}.`,
    'Connect again; if it stays, pair again.',
    { cause },
  );
}

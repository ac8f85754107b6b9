/** The device's side of pairing: from an invite to a ticket. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../base/error.ts';
import { silentLog, type Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import type { Scope } from '../protocol/methods.ts';
import { BUILD, PROTOCOL } from '../protocol/version.ts';
import type { Aead } from './aead.ts';
import type { ControlMessage, DeniedCode } from './control.ts';
import { pskOf, slotOf, type Invite } from './invite.ts';
import type { KeyPair } from './keys.ts';
import type { FrameLink } from './link.ts';
import { cutOff, hostAway } from './reasons.ts';
import { openRelaySocket, type WebSocketPort } from './relay-socket.ts';
import { connectSecure } from './secure-transport.ts';

export interface PairOptions {
  invite: Invite;
  keyPair: KeyPair;
  /** Shown at the desk. */
  name: string;
  /** What this device asks for. */
  scope: Scope;
  /** Whether the page is a secure context. */
  protectedPage: boolean;
  /** Called once, with the six digits that the desk shows too. */
  onDigits(digits: string): void;
  clock: Clock;
  signal?: AbortSignal;
  log?: Log;
  aead?: Aead;
  openWebSocket?: (url: string) => WebSocketPort;
}

export interface PairResult {
  ticket: string;
  scope: Scope;
  hostName: string;
}

/**
 * Waits for the decision at the desk. Rejects with `pairing_denied`, `invite_expired`, `invite_used`,
 * `invite_contested`, `relay_unreachable`, `relay_refused`, `relay_limit`, `host_offline`, `handshake_failed`,
 * `version_mismatch` or `closed` (also when `signal` aborts).
 */
export async function pairDevice(options: PairOptions): Promise<PairResult> {
  const store = new DisposableStore();
  try {
    return await new Promise<PairResult>((resolve, reject) => {
      const fail = (error: ErrorShape) => reject(new OffdeskError(error.code, error.message, error.next));
      const abort = () => fail({ code: 'closed', message: 'Pairing was stopped.', next: '' });
      if (options.signal?.aborted) return abort();
      options.signal?.addEventListener('abort', abort);
      store.add({ dispose: () => options.signal?.removeEventListener('abort', abort) });

      const { invite, clock, log = silentLog, openWebSocket } = options;
      const socket = openRelaySocket({
        ...{ relay: invite.relay, hostId: invite.hostId, clock, log },
        credential: { slot: slotOf(invite.secret) },
        ...(openWebSocket ? { openWebSocket } : {}),
      });
      store.add(socket);
      store.add(socket.onEnd(({ error }) => fail(error)));
      store.add(socket.onAway(() => fail(hostAway)));
      let started = false;
      store.add(
        socket.onLink((link) => {
          // One handshake per call: a second channel is another try, for the user to start.
          if (started) return fail(cutOff);
          started = true;
          ask(link, options, store, resolve, fail).catch(reject);
        }),
      );
    });
  } catch (error) {
    throw asOffdeskError(error);
  } finally {
    store.dispose();
  }
}

/** Settles through `resolve` and `fail` at once, so that no later end of the socket hides what the host said. */
async function ask(
  link: FrameLink,
  options: PairOptions,
  store: DisposableStore,
  resolve: (result: PairResult) => void,
  fail: (error: ErrorShape) => void,
): Promise<void> {
  const { invite, keyPair, name, scope, protectedPage, onDigits, clock, log = silentLog, aead } = options;
  const transport = await connectSecure(link, {
    ...{ purpose: 'pair', hostId: invite.hostId, hostKey: invite.hostKey, keyPair, clock, log },
    psk: pskOf(invite.secret),
    ...(aead ? { aead } : {}),
  });
  store.add({ dispose: () => transport.close() });
  if (store.disposed) return;
  transport.onControl((message) => {
    const outcome = outcomeOf(message);
    if (outcome === undefined) return;
    if ('ticket' in outcome) resolve(outcome);
    else fail(outcome);
  });
  transport.onClose((reason) => fail(reason ?? cutOff));
  const late = { code: 'invite_expired', message: 'Nobody answered at the desk.', next: again } as const;
  store.add(clock.after(limits.pairingDecisionMs, () => fail(late)));
  const shortName = name.slice(0, limits.deviceNameChars) || 'A device';
  transport.sendControl({
    ...{ type: 'hello', name: shortName, scope, protectedPage },
    ...{ protocol: PROTOCOL, build: BUILD },
  });
  onDigits(transport.digits);
}

const again = 'Make a new invite at the desk and scan it.';

function outcomeOf(message: ControlMessage): PairResult | ErrorShape | undefined {
  switch (message.type) {
    case 'paired':
      return { ticket: message.ticket, scope: message.scope, hostName: message.hostName };
    case 'denied':
      return { code: message.code, message: deniedSentences[message.code], next: again };
    case 'closing':
      return { code: message.code, message: message.message, next: message.next };
    case 'hello':
    case 'welcome':
    case 'revoked':
      return undefined;
  }
}

const deniedSentences: Readonly<Record<DeniedCode, string>> = {
  pairing_denied: 'The computer said no.',
  invite_expired: 'This invite is no longer open.',
  invite_used: 'This invite was used already.',
  invite_contested: 'Someone else used the same invite at the same time, so both were refused.',
};

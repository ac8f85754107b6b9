/** Why links and sockets end, as errors with a next step. */
import type { ErrorShape } from '../base/error.ts';
import { closeCodes, closeNameOf, type CloseName } from '../protocol/envelope.ts';

export interface RelaySocketEnd {
  error: ErrorShape;
  /** Whether trying again can help. */
  retry: boolean;
}

/** The link ended without a sealed word about it. */
export const cutOff: ErrorShape = {
  code: 'closed',
  message: 'The connection was cut.',
  next: 'It reconnects by itself.',
};
export const hostAway: ErrorShape = {
  code: 'host_offline',
  message: 'The computer is not connected.',
  next: 'Check that it is awake and that remote control is on.',
};

export function unreachable(): RelaySocketEnd {
  return {
    error: {
      code: 'relay_unreachable',
      message: 'The relay cannot be reached.',
      next: 'Check the network; it tries again by itself.',
    },
    retry: true,
  };
}

export function refused(message: string, retry: boolean): RelaySocketEnd {
  return { error: { code: 'relay_refused', message, next: 'Pair again if it stays.' }, retry };
}

/** A WebSocket close code as what happened and whether to retry. */
export function endOf(code: number): RelaySocketEnd {
  const name = closeNameOf(code);
  return name ? { error: errorOf(name), retry: closeCodes[name].retry } : unreachable();
}

function errorOf(name: CloseName): ErrorShape {
  switch (name) {
    case 'invalid':
      return refused('The relay did not understand this page.', false).error;
    case 'unauthorized':
      return refused('The relay does not accept this device.', false).error;
    case 'forbiddenOrigin':
      return refused('The relay does not serve pages of this address.', false).error;
    case 'slotUnknown':
      return {
        code: 'invite_expired',
        message: 'This invite is no longer open.',
        next: 'Make a new one at the desk and scan it.',
      };
    case 'tooSlow':
    case 'limited':
      return {
        code: 'relay_limit',
        message: 'The relay is limiting this device.',
        next: 'It tries again by itself.',
      };
    case 'replaced':
      return {
        code: 'host_replaced',
        message: 'Another connection took over.',
        next: 'Reload to take it back.',
      };
    case 'tooLarge':
      return { code: 'message_too_large', message: 'A message was larger than the relay allows.', next: '' };
    case 'versionMismatch':
      return {
        code: 'version_mismatch',
        message: 'The relay and this page have different versions.',
        next: 'Reload this page or update the relay.',
      };
    case 'stopping':
      return unreachable().error;
  }
}

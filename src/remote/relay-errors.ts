/** Why the relay can't be used, as short sentences that say what to check; codes go to the log. */
import { OffdeskError, type ErrorShape } from '../base/error.ts';
import { closeCodes, closeNameOf } from '../protocol/envelope.ts';

/** An end of the link, and whether trying again can help. */
export interface LinkEnd {
  error: ErrorShape;
  retry: boolean;
}

/** TLS failures as Node names them (node:tls, OpenSSL's X509_V_ERR_*). */
const tlsCodes = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;

/** For an error before the WebSocket was open. */
export function dialError(error: Error & { code?: string }, url: string): LinkEnd {
  const { code = '' } = error;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return unreachable(
      `The relay's name ${hostOf(url)} is not known.`,
      'Check the address, and whether this computer is online.',
      error,
    );
  }
  if (code === 'ECONNREFUSED') {
    return unreachable(
      `Nothing listens at ${hostOf(url)}.`,
      'Check that the relay runs, and its port.',
      error,
    );
  }
  if (tlsCodes.test(code)) {
    return unreachable(
      `The relay ${hostOf(url)} showed no valid certificate (${code}).`,
      "Check the relay's certificate and this computer's clock; for a CA of your own set NODE_EXTRA_CA_CERTS.",
      error,
    );
  }
  return unreachable(
    `The relay ${hostOf(url)} can't be reached.`,
    'Check the network and that the relay runs.',
    error,
  );
}

/** For an HTTP answer in place of the WebSocket. */
export function statusError(status: number, url: string): LinkEnd {
  if (status === 421 || status === 403) {
    return {
      error: new OffdeskError(
        'relay_refused',
        `The relay does not go by the name ${url}.`,
        "Use the address that the relay was started with, or set the relay's public address to this one.",
      ).toShape(),
      retry: true,
    };
  }
  return unreachable(
    `What answers at ${url} is no relay that works (HTTP ${status}).`,
    'Check the address with its path, and what stands before the relay.',
  );
}

/** For silence: no answer in time, or a link that no longer carries anything. */
export function silenceError(url: string, live: boolean): LinkEnd {
  const next = 'Check the network; Offdesk goes on trying.';
  if (!live) return unreachable(`The relay ${hostOf(url)} did not answer in time.`, next);
  return {
    error: { code: 'heartbeat_missed', message: 'The connection to the relay went dead.', next },
    retry: true,
  };
}

/** For a close code of the relay or of WebSocket itself (RFC 6455 section 7.4). */
export function closeError(code: number, reason: string, url: string): LinkEnd {
  const name = closeNameOf(code);
  if (!name) return unreachable('The connection to the relay was lost.', 'Offdesk goes on trying.');
  const { retry } = closeCodes[name];
  switch (name) {
    case 'unauthorized':
      // This computer slept or was too busy to answer: that is no refusal, and the next try may be fast enough.
      if (reason.endsWith('in time')) return silenceError(url, false);
      return reason.includes('registration')
        ? refused(
            'The relay did not accept the registration token.',
            "Enter the token that the relay's owner gave you.",
            retry,
          )
        : refused(
            `The relay ${url} did not accept this computer.`,
            "Check that the address is the relay's own public address, and not one that forwards to it.",
            retry,
          );
    case 'replaced':
      return {
        error: {
          code: 'host_replaced',
          message: 'Remote control of this computer was started in another place.',
          next: 'Start it here again if you want it here.',
        },
        retry,
      };
    case 'versionMismatch':
      return {
        error: {
          code: 'version_mismatch',
          message: 'The relay speaks another version of the protocol.',
          next: 'Update the older one of Offdesk here and the relay.',
        },
        retry,
      };
    case 'limited':
      return {
        error: {
          code: 'relay_limit',
          message: 'The relay has no room for this computer now.',
          next: 'Offdesk goes on trying.',
        },
        retry,
      };
    case 'tooSlow':
      return {
        error: {
          code: 'relay_limit',
          message: 'The connection was too slow for what devices sent.',
          next: 'Offdesk goes on trying.',
        },
        retry,
      };
    case 'stopping':
      return unreachable('The relay was stopped.', 'Offdesk goes on trying until it is back.');
    case 'invalid':
    case 'tooLarge':
    case 'slotUnknown':
    case 'forbiddenOrigin':
      return refused(
        'The relay does not accept what this Offdesk sends.',
        'Update Offdesk and the relay.',
        retry,
      );
  }
}

/** Name and port, which is what one checks; the desk shows the whole address elsewhere. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function refused(message: string, next: string, retry: boolean): LinkEnd {
  return { error: { code: 'relay_refused', message, next }, retry };
}

function unreachable(message: string, next: string, cause?: unknown): LinkEnd {
  return { error: new OffdeskError('relay_unreachable', message, next, { cause }).toShape(), retry: true };
}

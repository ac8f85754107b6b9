/** Exit codes of the command line, documented in the README. */
import type { OffdeskError } from '../base/error.ts';

export const exitCodes = {
  stopped: 0,
  failed: 1,
  usage: 2,
  running: 3,
  port: 4,
  relay: 5,
  pairing: 6,
  session: 7,
} as const;

export function exitCodeOf(error: OffdeskError): number {
  switch (error.code) {
    case 'host_locked':
      return exitCodes.running;
    case 'port_taken':
      return exitCodes.port;
    case 'relay_refused':
    case 'relay_unreachable':
    case 'host_replaced':
    case 'tunnel_missing':
    case 'tunnel_login_required':
    case 'tunnel_https_off':
    case 'tunnel_refused':
    case 'tunnel_limited':
    case 'tunnel_port_taken':
    case 'tunnel_failed':
      return exitCodes.relay;
    case 'pairing_denied':
    case 'invite_expired':
    case 'invite_used':
    case 'invite_contested':
    case 'device_revoked':
    case 'device_unknown':
      return exitCodes.pairing;
    case 'session_unknown':
    case 'session_ended':
    case 'session_live':
      return exitCodes.session;
    case 'invite_invalid':
    case 'address_invalid':
    case 'settings_invalid':
    case 'agent_missing':
      return exitCodes.usage;
    default:
      return exitCodes.failed;
  }
}

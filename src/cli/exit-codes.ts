/** Exit codes of the command line, documented in the README. */
import type { OffdeskError } from '../base/error.ts';

export const exitCodes = {
  stopped: 0,
  failed: 1,
  usage: 2,
  running: 3,
  port: 4,
  relay: 5,
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
      return exitCodes.relay;
    case 'address_invalid':
    case 'settings_invalid':
    case 'agent_missing':
      return exitCodes.usage;
    default:
      return exitCodes.failed;
  }
}

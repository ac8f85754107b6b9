/** What a client at the desk may ask of the host: `_offdesk/host/…`, parsed once. */
import type * as z from 'zod/v4';
import { OffdeskError } from '../base/error.ts';
import {
  actParams,
  deviceParams,
  pairingParams,
  reachParams,
  type HostStatus,
  type FilePlace,
} from '../protocol/host-status.ts';
import { methods } from '../protocol/methods.ts';
import type { DeskPort } from '../session/client-port.ts';
import type { RemoteHost } from './api.ts';

export function deskPort(
  host: RemoteHost & { act(act: string, id: string | undefined, file: FilePlace | undefined): Promise<void> },
): DeskPort {
  return {
    get status(): HostStatus {
      return host.status;
    },
    onStatus: host.onStatus,
    async handle(method, params) {
      switch (method) {
        case methods.host.start:
          await host.start();
          break;
        case methods.host.stop:
          await host.stop();
          break;
        case methods.host.reach: {
          const { kind, url } = parse(reachParams, params);
          await host.chooseReach(kind, url);
          break;
        }
        case methods.host.invite:
          await host.createInvite();
          break;
        case methods.host.uninvite:
          await host.closeInvite();
          break;
        case methods.host.pairing: {
          const { id, allow, scope } = parse(pairingParams, params);
          await host.decidePairing(id, allow, scope);
          break;
        }
        case methods.host.device: {
          const { id, change } = parse(deviceParams, params);
          await host.changeDevice(id, change);
          break;
        }
        case methods.host.act: {
          const { act, id, file } = parse(actParams, params);
          await host.act(act, id, file);
          break;
        }
        default:
          throw new OffdeskError('invalid_params', `${method} is not known here.`, 'Update Offdesk.');
      }
      return {};
    },
  };
}

function parse<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw new OffdeskError('invalid_params', 'The request was not understood.', 'Reload the page.');
}

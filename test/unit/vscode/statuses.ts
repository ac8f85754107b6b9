/** Host statuses to build tests on. */
import type { HostStatus } from '../../../src/protocol/host-status.ts';

export const off: HostStatus = {
  state: 'off',
  hostName: 'workshop',
  build: '0.1.0',
  error: null,
  agent: null,
  session: null,
  reach: null,
  reachOptions: [],
  invite: null,
  pairings: [],
  devices: [],
  notices: [],
};

export function device(name: string, online: boolean): HostStatus['devices'][number] {
  return { id: name, name, scope: 'control', online, lastSeen: 0, pairedAt: 0 };
}

export function pairing(id: string): HostStatus['pairings'][number] {
  return { id, device: 'Pixel 9', code: '123456', scope: 'control', protectedPage: true };
}

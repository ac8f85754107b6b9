/** A host for tests, in this process, with ports of its own in temporary folders. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { HostPorts, HostSettings, RemoteHost } from '../../src/host/api.ts';
import { createRemoteHost } from '../../src/host/remote-host.ts';
import { freePort } from './ports.ts';
import { tempFolder } from './temp-folder.ts';

export interface TestHost {
  host: RemoteHost;
  ports: HostPorts;
  settings: HostSettings;
  folder: string;
}

const tinyAgent = resolve('test/support/tiny-agent.mjs');

export async function testHost(
  settings: Partial<HostSettings> = {},
  ports: Partial<HostPorts> = {},
): Promise<TestHost> {
  const folder = tempFolder('host');
  const cwd = join(folder, 'work');
  const webFolder = join(folder, 'web');
  mkdirSync(cwd);
  mkdirSync(webFolder);
  writeFileSync(join(webFolder, 'index.html'), '<!doctype html>');
  const all: HostSettings = {
    agent: { kind: 'command', command: process.execPath, args: [tinyAgent] },
    relay: '',
    publicUrl: '',
    reach: 'computer',
    port: await freePort(),
    ...settings,
  };
  const hostPorts: HostPorts = {
    clock: systemClock,
    log: silentLog,
    machineFolder: join(folder, 'home'),
    webFolder,
    demoAgent: { command: process.execPath, args: [tinyAgent], env: {} },
    hostName: 'test-host',
    cwd,
    settings: () => all,
    rememberReach: () => Promise.resolve(),
    registrationToken: () => Promise.resolve(undefined),
    act: () => Promise.resolve(),
    ...ports,
  };
  return { host: createRemoteHost(hostPorts), ports: hostPorts, settings: all, folder };
}

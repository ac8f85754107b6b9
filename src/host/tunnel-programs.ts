/** Tunnel programs that are installed on this computer, and how each is run. */
import { join } from 'node:path';
import { findProgram } from '../agent/find.ts';
import { launchIn, launchOf } from '../agent/launch.ts';
import { surroundings, type Surroundings } from '../agent/places.ts';
import { agentEnvironment } from '../agent/process.ts';
import { scopedLog } from '../base/log.ts';
import { tunnelKind, type TunnelKind } from '../protocol/tunnel.ts';
import { cloudflaredWay } from '../remote/tunnel/cloudflared.ts';
import { tailscaleName, tailscaleWay } from '../remote/tunnel/tailscale.ts';
import { missing } from '../remote/tunnel/tunnel-errors.ts';
import { Tunnel } from '../remote/tunnel/tunnel.ts';
import type { HostPorts } from './api.ts';
import type { Machine } from './machine.ts';
import type { TunnelProgram } from '../remote/tunnel/tunnel-program.ts';

/** Undefined where it is not installed. `terminalPath`: as in HostPorts. */
export function findTunnel(
  kind: TunnelKind,
  terminalPath?: string,
  where: Surroundings = surroundings(terminalPath),
): TunnelProgram | undefined {
  const found = findProgram(kind, where, installerFolders(kind, where));
  if (!found) return undefined;
  const { command, env: own = {} } = found;
  const launch: TunnelProgram['launch'] = (args) => {
    const env = environment(own);
    return { ...launchOf(command, args, launchIn(env)), env };
  };
  return { path: command, launch };
}

/** Not started yet. `port`: of the embedded relay. */
export function makeTunnel(kind: TunnelKind, ports: HostPorts, { folder }: Machine, port: number): Tunnel {
  return new Tunnel({
    way: kind === 'tailscale' ? tailscaleWay(folder) : cloudflaredWay,
    port,
    find: () => findTunnel(kind, ports.terminalPath?.()),
    clock: ports.clock,
    log: scopedLog(ports.log, 'tunnel'),
  });
}

/** Rejects with what is known beforehand to keep a tunnel from running: then what works now is left as it is. */
export async function assertTunnel(kind: TunnelKind, terminalPath?: string): Promise<void> {
  const program = findTunnel(kind, terminalPath);
  if (!program) throw missing(kind);
  if (kind === 'tailscale') await tailscaleName(program);
}

export function installedTunnels(terminalPath?: string): TunnelKind[] {
  return tunnelKind.options.filter((kind) => findTunnel(kind, terminalPath) !== undefined);
}

function installerFolders(kind: TunnelKind, { platform, env }: Surroundings): string[] {
  switch (platform) {
    case 'win32': {
      const folders = [env['ProgramFiles'], env['ProgramFiles(x86)']].filter((one) => one !== undefined);
      return folders.map((one) => join(one, kind === 'tailscale' ? 'Tailscale' : 'cloudflared'));
    }
    case 'darwin':
      // The program is called `Tailscale` there; the file system minds no case.
      return kind === 'tailscale' ? ['/Applications/Tailscale.app/Contents/MacOS'] : [];
    default:
      return ['/usr/bin', '/snap/bin'];
  }
}

/** `TUNNEL_…` are cloudflared's options by another name: they would make of it another tunnel than the one asked for. */
function environment(own: Record<string, string>): NodeJS.ProcessEnv {
  const all = Object.entries(agentEnvironment({ env: own }));
  return Object.fromEntries(all.filter(([name]) => !name.startsWith('TUNNEL_')));
}

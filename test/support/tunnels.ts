/** Stand-ins for cloudflared and tailscale on a PATH of the test; they speak what the documentation of each says. */
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { tempFolder } from './temp-folder.ts';

export type CloudflaredMode =
  'runs' | 'dies' | 'lost' | 'stubborn' | 'limited' | 'offline' | 'silent' | 'garbage';
export type TailscaleMode =
  | 'runs'
  | 'dies'
  | 'noDaemon'
  | 'loggedOut'
  | 'stopped'
  | 'unapproved'
  | 'httpsOff'
  | 'denied'
  | 'notEnabled'
  | 'funnel'
  | 'lookalike'
  | 'silent';

export const quickHosts = [
  'oklahoma-solo-younger-truck.trycloudflare.com',
  'second-other-words-here.trycloudflare.com',
];
export const tailnetHost = 'studio.tail1234.ts.net';

export interface StandIns {
  /** With them before all that PATH has. */
  readonly path: string;
  /** One for each start, the last for all that follow. */
  cloudflared(...modes: CloudflaredMode[]): void;
  tailscale(mode: TailscaleMode): void;
  /** Those that run as `dies`, and those that begin so from now on, end by themselves. */
  die(): void;
  /** What others have tailscaled serve, as in ServeConfig. */
  serves(config: object): void;
  /** What was run of it, in order. */
  runs(program: 'cloudflared' | 'tailscale'): { pid: number; args: string[] }[];
  /** What tailscaled serves now beside what others have it serve, by process. */
  sessions(): number[];
}

export function standIns(
  programs: readonly ('cloudflared' | 'tailscale')[] = ['cloudflared', 'tailscale'],
): StandIns {
  const folder = tempFolder('tunnels');
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  for (const program of programs) {
    copyFileSync(resolve(`test/support/tunnels/${program}.mjs`), join(folder, `${program}.mjs`));
    writeFileSync(
      join(folder, program),
      `#!/bin/sh\nexec '${process.execPath}' '${join(folder, program)}.mjs' "$@"\n`,
    );
    chmodSync(join(folder, program), 0o755);
  }
  const runs: StandIns['runs'] = (program) => {
    const file = join(folder, `${program}.runs`);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as { pid: number; args: string[] });
  };
  const all: StandIns = {
    path: [folder, process.env['PATH']].join(delimiter),
    cloudflared: (...modes) => write('cloudflared.json', { modes, hosts: quickHosts }),
    tailscale: (mode) => write('tailscale.json', { mode }),
    die: () => writeFileSync(join(folder, 'die'), ''),
    serves: (config) => write('served.json', config),
    runs,
    sessions: () =>
      runs('tailscale')
        .filter(({ pid, args }) => args[1]?.startsWith('--https=') && isAlive(pid))
        .map(({ pid }) => pid),
  };
  all.cloudflared('runs');
  all.tailscale('runs');
  return all;
}

/** The dead whom nobody has reaped do not count (Linux). */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

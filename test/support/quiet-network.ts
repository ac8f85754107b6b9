/** A network with loopback alone, for programs that would try telemetry and updates (Linux, root, iproute2). */
import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';

export interface QuietNetwork {
  /** The command line that runs a program there. All of them share one loopback, which is not this process's. */
  command(program: string, ...args: string[]): [string, string[]];
  /** A script that runs `program` there with the arguments it is given: for launchers that take one path. */
  wrapper(program: string): string;
  /** Idempotent. Programs there should have ended. */
  dispose(): Promise<void>;
}

/** Why there is none here; undefined where there can be. */
export function noQuietNetwork(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  return process.getuid?.() === 0 ? undefined : 'network namespaces need root';
}

export async function createQuietNetwork(): Promise<QuietNetwork> {
  const name = `offdesk-quiet-${randomBytes(4).toString('hex')}`;
  await run('ip', ['netns', 'add', name]);
  const folder = tempFolder('od-quiet');
  let disposed = false;
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    await run('ip', ['netns', 'del', name], { anyCode: true });
    removeFolder(folder);
  };
  try {
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    command: (program, ...args) => ['ip', ['netns', 'exec', name, program, ...args]],
    wrapper: (program) => {
      const path = join(folder, `run-${randomBytes(3).toString('hex')}`);
      // `exec` keeps the file descriptors through which playwright talks to the browser.
      writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${name} '${program}' "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    },
    dispose,
  };
}

/** This process's own network, where there is no other. */
export const sharedNetwork: QuietNetwork = {
  command: (program, ...args) => [program, args],
  wrapper: (program) => program,
  dispose: () => Promise.resolve(),
};

/** Another computer on the same network: a Linux network namespace with a cable to this one (root, iproute2). */
import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { run } from './processes.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';

export interface OtherComputer {
  readonly name: string;
  /** This machine's address on the cable: a LAN address. */
  readonly hostAddress: string;
  /** The other computer's own address. */
  readonly address: string;
  /** The command line that runs a program there. */
  command(program: string, ...args: string[]): [string, string[]];
  /** A script that runs `program` there with the arguments it is given: for launchers that take one path. */
  wrapper(program: string): string;
  /** Pulls out the cable, or puts it back in. */
  plug(connected: boolean): Promise<void>;
  /** Removes namespace and cable. Idempotent. Programs there should have ended. */
  dispose(): Promise<void>;
}

/** Makes one. Names and addresses are random, so that several can exist at a time. */
export async function createOtherComputer(): Promise<OtherComputer> {
  const id = randomBytes(4).toString('hex');
  const name = `offdesk-${id}`;
  // Interface names are bounded at 15 characters.
  const here = `odh${id}`;
  const there = `odn${id}`;
  const prefix = freePrefix();
  const hostAddress = `${prefix}.1`;
  const address = `${prefix}.2`;
  const folder = tempFolder('od-netns');
  let disposed = false;
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    await run('ip', ['link', 'del', here], { anyCode: true });
    await run('ip', ['netns', 'del', name], { anyCode: true });
    removeFolder(folder);
  };
  const ip = (...args: string[]): Promise<unknown> => run('ip', args);
  try {
    await ip('netns', 'add', name);
    await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
    await ip('addr', 'add', `${hostAddress}/24`, 'dev', here);
    await ip('link', 'set', here, 'up');
    await ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', there);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'link', 'set', there, 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', hostAddress);
  } catch (error) {
    await dispose();
    throw error;
  }
  const command = (program: string, ...args: string[]): [string, string[]] => [
    'ip',
    ['netns', 'exec', name, program, ...args],
  ];
  return {
    name,
    hostAddress,
    address,
    command,
    wrapper: (program) => {
      const path = join(folder, `run-${randomBytes(3).toString('hex')}`);
      // `exec` keeps the file descriptors through which playwright talks to the browser.
      writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${name} '${program}' "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    },
    plug: async (connected) => {
      await ip('link', 'set', here, connected ? 'up' : 'down');
    },
    dispose,
  };
}

/** A /24 of 10.0.0.0/8 that no interface here uses. */
function freePrefix(): string {
  const used = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  for (;;) {
    const [a = 0, b = 0] = randomBytes(2);
    const prefix = `10.${a}.${b}`;
    if (!used.some((address) => address.startsWith(`${prefix}.`))) return prefix;
  }
}

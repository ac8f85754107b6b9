/** The list of sessions that are over, of few and of many, as a device asks for it. */
import { join } from 'node:path';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, pastResult } from '../../../src/protocol/methods.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { TestDevice } from '../../support/test-device.ts';
import type { Built } from '../host/build.ts';
import { HostProcess } from '../host/host-process.ts';
import { writeHistory } from './history.ts';
import { describeSession } from './prepared-host.ts';

/** Milliseconds, one a round. */
export interface Listing {
  /** From the start of the host's process until it is on. */
  start: number[];
  /** Ten rows, as many as both lists have. */
  first: number[];
  /** What the phone asks for: a page of `limits.pastSessions`. */
  page: number[];
}

/** For each count; in turns. */
export async function measureListing(
  built: Built,
  counts: readonly number[],
  rounds: number,
): Promise<Listing[]> {
  const folders = counts.map(() => tempFolder('od-bench'));
  const hosts: HostProcess[] = [];
  const devices: TestDevice[] = [];
  try {
    const listings = counts.map((): Listing => ({ start: [], first: [], page: [] }));
    const probes: ProbeClient[] = [];
    for (const [index, count] of counts.entries()) {
      const machineFolder = join(folders[index]!, 'machine');
      const cwd = join(folders[index]!, 'work');
      for (let made = 0; made < count; made++) {
        const id = `bench-past-${made}`;
        const updatedAt = Date.now() - made * 60_000;
        const folder = describeSession({ ...{ built, machineFolder, cwd, id, open: false, updatedAt } });
        await writeHistory({ folder, items: 4 });
      }
      const begin = performance.now();
      const host = await HostProcess.start({ built, machineFolder, cwd });
      listings[index]!.start.push(performance.now() - begin);
      hosts.push(host);
      const device = new TestDevice();
      devices.push(device);
      await device.pair(await host.invite());
      probes.push(await device.connect());
    }
    for (let round = -5; round < rounds; round++) {
      for (const [index, probe] of probes.entries()) {
        const first = await timeOf(probe, 10);
        const page = await timeOf(probe, limits.pastSessions);
        // The first rounds warm up.
        if (round < 0) continue;
        listings[index]!.first.push(first);
        listings[index]!.page.push(page);
      }
    }
    return listings;
  } finally {
    for (const device of devices) device.dispose();
    for (const host of hosts) await host.stop();
    for (const folder of folders) removeFolder(folder);
  }
}

async function timeOf(probe: ProbeClient, limit: number): Promise<number> {
  const begin = performance.now();
  pastResult.parse(await probe.request(methods.past, { limit }));
  return performance.now() - begin;
}

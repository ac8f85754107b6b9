/** The highest rate: an agent that says what it can, to so many clients, until the last of them has all of it. */
import { join } from 'node:path';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { lastNote } from '../agent/log.ts';
import { ClientsProcess } from '../clients/clients-process.ts';
import type { Built } from '../host/build.ts';
import { HostProcess } from '../host/host-process.ts';

/** `frozen`: its process is stopped (SIGSTOP); `silent`: it takes all in and acknowledges nothing. */
export type Stalled = 'nobody' | 'frozen' | 'silent';

export interface RateOptions {
  built: Built;
  /** Clients in all, the stalled one included. */
  clients: number;
  stalled: Stalled;
  count: number;
}

/** Rates in updates a second, memory in bytes. */
export interface Rate {
  /** The agent's, while it wrote. */
  agent: number;
  /** From its first write until the last client that is not stalled had all. */
  clients: number;
  /** Of the host's processor time. */
  cpuMsPerThousand: number;
  rssBefore: number;
  rssPeak: number;
  /** After a collection, at rest. */
  rssAfter: number;
  /** What one client got: messages, and their characters of JSON. */
  messages: number;
  chars: number;
}

/** A host of its own each time, so that its memory is that of this load. */
export async function measureRate({ built, clients, stalled, count }: RateOptions): Promise<Rate> {
  const folder = tempFolder('od-bench');
  const log = join(folder, 'agent.jsonl');
  const host = await HostProcess.start({ built, agentEnv: { BENCH_AGENT_LOG: log } });
  const live = new ClientsProcess(built);
  const other = new ClientsProcess(built);
  try {
    const lively = stalled === 'nobody' ? clients : clients - 1;
    for (let joined = 0; joined < lively; joined++) await live.join(host);
    if (stalled !== 'nobody') await other.join(host, stalled !== 'silent');
    if (stalled === 'frozen') other.freeze();
    // Warms up, and is counted in nothing.
    const warm = host.prompt('load 500 0');
    await warm.ended;
    await live.all(warm.id);
    const before = await host.figures({ collect: true });
    host.takePeak();
    const { id, ended } = host.prompt(`load ${count} 0`);
    await ended;
    const seen = await live.all(id);
    const rssPeak = host.takePeak();
    const after = await host.figures({ collect: true });
    const { ms, end } = lastNote(log);
    const last = Math.max(end, ...seen.map(({ at }) => at));
    const updates = count + 2 * Math.floor(count / 100);
    return {
      agent: (updates / ms) * 1000,
      clients: (updates / (last - (end - ms))) * 1000,
      cpuMsPerThousand: ((after.cpuMs - before.cpuMs) / updates) * 1000,
      ...{ rssBefore: before.rss, rssPeak, rssAfter: after.rss },
      messages: seen[0]?.messages ?? 0,
      chars: seen[0]?.chars ?? 0,
    };
  } finally {
    await live.stop();
    await other.stop();
    await host.stop();
    removeFolder(folder);
  }
}

/** What clients cost the agent: the time it needs for a fixed load, without clients, with three, with a stalled one. */
import { join } from 'node:path';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { lastNote } from '../agent/log.ts';
import { ClientsProcess } from '../clients/clients-process.ts';
import type { Built } from '../host/build.ts';
import { HostProcess } from '../host/host-process.ts';

export const kinds = ['none', 'three', 'stalled'] as const;
export type Kind = (typeof kinds)[number];

export interface PaceOptions {
  built: Built;
  /** Pieces of text. */
  count: number;
  /** 0: as fast as the agent can. */
  perSecond: number;
  rounds: number;
}

/** Milliseconds of the agent, one a round. */
export type Pace = Record<Kind, number[]>;

interface Setting {
  host: HostProcess;
  clients: ClientsProcess;
  log: string;
}

/** A host for each kind, and the loads in turns, so that other work of the machine meets all alike. */
export async function measurePace({ built, count, perSecond, rounds }: PaceOptions): Promise<Pace> {
  const folder = tempFolder('od-bench');
  const settings = new Map<Kind, Setting>();
  try {
    for (const kind of kinds) settings.set(kind, await setUp(built, kind, join(folder, `${kind}.jsonl`)));
    const measured: Pace = { none: [], three: [], stalled: [] };
    for (let round = -1; round < rounds; round++) {
      for (const [kind, { host, clients, log }] of settings) {
        const { id, ended } = host.prompt(`load ${count} ${perSecond}`);
        await ended;
        if (kind === 'three') await clients.all(id);
        // The first round warms up.
        if (round >= 0) measured[kind].push(lastNote(log).ms);
      }
    }
    return measured;
  } finally {
    for (const { host, clients } of settings.values()) {
      await clients.stop();
      await host.stop();
    }
    removeFolder(folder);
  }
}

async function setUp(built: Built, kind: Kind, log: string): Promise<Setting> {
  const host = await HostProcess.start({ built, agentEnv: { BENCH_AGENT_LOG: log } });
  const clients = new ClientsProcess(built);
  const count = kind === 'none' ? 0 : kind === 'three' ? 3 : 1;
  for (let joined = 0; joined < count; joined++) await clients.join(host);
  if (kind === 'stalled') clients.freeze();
  return { host, clients, log };
}

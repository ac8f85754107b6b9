/** The host of a round, a process of its own, with a client at the desk. */
import { stderrLog } from '../../src/cli/stderr-log.ts';
import type { AgentChoice, HostPorts, RemoteHost } from '../../src/host/api.ts';
import type { Fact } from '../../src/protocol/facts.ts';
import { methods } from '../../src/protocol/methods.ts';
import type { NewSessionResult } from '../../src/protocol/new-session.ts';
import { createRemoteHost } from '../../src/host/remote-host.ts';
import { HostClient } from '../../src/web/client/host-client.ts';
import { ProbeClient } from '../support/probe-client.ts';
import { transportPair } from '../support/transport-pair.ts';
import { eventually } from '../support/wait.ts';
import { obey } from './commands.ts';
import { fileKeep } from './file-keep.ts';
import { Surface } from './surface.ts';
import { clockOfEnvironment } from './warped-clock.ts';

/** In FAULTS_HOST. */
export interface HostOptions {
  machineFolder: string;
  webFolder: string;
  cwd: string;
  relay: string;
  agent: AgentChoice;
  /** Files of the desk's surface. */
  session: string;
  accepted: string;
  keep: string;
}

const clock = clockOfEnvironment();
const { FAULTS_HOST = '', FAULTS_VERBOSE } = process.env;

async function main(): Promise<void> {
  const options = JSON.parse(FAULTS_HOST) as HostOptions;
  const { machineFolder, webFolder, cwd, relay, agent, session, accepted, keep } = options;
  const ports: HostPorts = {
    clock,
    log: stderrLog(FAULTS_VERBOSE !== undefined),
    ...{ machineFolder, webFolder, cwd, hostName: 'fault host' },
    demoAgent: { command: process.execPath, args: ['-e', ''], env: {} },
    settings: () => ({
      ...{ agent, relay, publicUrl: '', reach: 'relay' as const, port: 0 },
    }),
    rememberReach: () => Promise.resolve(),
    registrationToken: () => Promise.resolve(undefined),
    act: () => Promise.resolve(),
  };
  const host = createRemoteHost(ports);
  const desk = new HostClient({
    ...{ name: 'desk', keep: fileKeep(keep), clock },
    frame: (call) => void setTimeout(call, 4),
  });
  const [here, there] = transportPair();
  const surface = new Surface(desk, { session, accepted }, () => 'connected');
  obey(async (command) => {
    switch (command.cmd) {
      case 'hostStart':
        return host.start({ invite: false });
      case 'hostStop':
        return host.stop();
      case 'status': {
        const { state, error, notices } = host.status;
        return { state, error: error?.code ?? null, notices: notices.map(({ code }) => code) };
      }
      case 'jump':
        return clock.jump(Number(command['ms']), Boolean(command['elapse']));
      case 'sessions':
        return beginMore(desk, Number(command['count']));
      case 'facts':
        return allFacts(host, String(command['session']));
      default:
        return surface.handle(command);
    }
  });
  host.connectDesk(there);
  await desk.connect(here);
}

/** Until there are so many; their ids, in the order in which they began. */
async function beginMore(desk: HostClient, count: number): Promise<string[]> {
  const first = await eventually(() => desk.state.value?.sessions[0]?.id, { what: 'a session', everyMs: 5 });
  const ids = [first];
  while (ids.length < count)
    ids.push((await desk.request<NewSessionResult>(methods.sessionNew, {})).sessionId);
  return ids;
}

/** All of a session as a client that was never there before gets it. */
async function allFacts(host: RemoteHost, sessionId: string): Promise<{ epoch: string; facts: Fact[] }> {
  const read = async <T>(work: (probe: ProbeClient) => Promise<T>): Promise<T> => {
    const [here, there] = transportPair();
    const served = host.connectDesk(there);
    try {
      const probe = new ProbeClient(here);
      await probe.initialize();
      return await work(probe);
    } finally {
      served.dispose();
    }
  };
  const { epoch } = await read(async (probe) => (await probe.resume(sessionId, { tail: 0 })).head);
  const facts = await read(async (probe) => {
    const { head } = await probe.resume(sessionId, { after: { epoch, seq: 0 } });
    await eventually(() => (probe.facts.at(-1)?.seq ?? 0) >= head.seq, { what: 'the head', everyMs: 2 });
    return probe.facts;
  });
  return { epoch, facts };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

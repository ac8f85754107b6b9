/** The host of a benchmark in a process of its own: the product's host with ports that the benchmark commands. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { silentLog } from '../../../src/base/log.ts';
import type { HostSettings } from '../../../src/host/api.ts';
import { createRemoteHost } from '../../../src/host/core.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';
import { answerCalls, say } from './answer-calls.ts';
import { Busy } from './busy.ts';
import type { HostCommand, HostFigures, HostOptions } from './host-process.ts';
import { ShiftedClock } from './shifted-clock.ts';

const options = JSON.parse(process.argv[2] ?? '') as HostOptions;
const nothing = (): Promise<void> => Promise.resolve();

const clock = new ShiftedClock();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const busy = new Busy();
const settings: HostSettings = {
  agent: { kind: 'command', ...options.agent },
  relay: '',
  publicUrl: options.publicUrl ?? '',
  reach: options.publicUrl === undefined ? 'computer' : 'tunnel',
  port: options.port,
};
const host = createRemoteHost({
  ...{ clock, log: silentLog, machineFolder: options.machineFolder, webFolder: options.webFolder },
  demoAgent: { command: process.execPath, args: [], env: {} },
  ...{ hostName: 'bench', cwd: options.cwd, settings: () => settings, rememberReach: nothing },
  registrationToken: () => Promise.resolve(undefined),
  act: nothing,
});

// Says yes to every device: there is nobody at this desk.
const decided = new Set<string>();
host.onStatus(({ pairings }) => {
  for (const { id } of pairings.filter((pairing) => !decided.has(pairing.id))) {
    decided.add(id);
    void host.decidePairing(id, true, 'control');
  }
});

await host.start({ invite: false });
// A desk that attaches to no session: it gives the prompts and costs nothing.
const [ours, theirs] = transportPair();
host.connectDesk(theirs);
const desk = new ProbeClient(ours);
await desk.initialize();
say({ ready: true });

answerCalls(async (command: HostCommand): Promise<object | void> => {
  switch (command.do) {
    case 'invite': {
      const before = host.status.invite?.url;
      await host.createInvite();
      const url = await eventually(() => host.status.invite?.url !== before && host.status.invite?.url, {
        what: 'the invite',
      });
      return { url };
    }
    case 'prompt':
      await desk.prompt(await session(), command.id, command.text);
      return;
    case 'sessions':
      return { sessions: desk.state?.sessions ?? [] };
    case 'jump':
      return clock.jump(command.ms);
    case 'figures': {
      if (command.collect) globalThis.gc?.();
      const now = figures();
      if (command.reset) delay.reset();
      if (command.busy) busy.start();
      return now;
    }
    case 'stop':
      await host.stop();
      process.exit(0);
  }
});

function session(): Promise<string> {
  return eventually(() => desk.state?.sessions[0]?.id, { what: 'a session' });
}

function figures(): HostFigures {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const millis = (nanos: number): number => nanos / 1e6;
  return {
    ...{ rss, heapUsed, external, arrayBuffers, cpuMs: (user + system) / 1000 },
    // Each sample is the whole time between two looks, which are a millisecond apart when nothing is in the way.
    delayP50: millis(delay.percentile(50)),
    delayP99: millis(delay.percentile(99)),
    delayMax: millis(delay.max),
    busyMax: busy.take(),
  };
}

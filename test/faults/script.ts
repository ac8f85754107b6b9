/** What happens in a round: what users do and what breaks, and when; made from a seed alone. */
import { Random } from './random.ts';

export type SurfaceName = 'page0' | 'page1' | 'desk';
export type PageName = 'page0' | 'page1';
export type LinkName = 'host' | PageName;
export type ProcessName = 'host' | 'relay' | PageName;

/** What users do: in the first session, or in that one. */
type Act = { session?: number } & (
  | { do: 'prompt'; on: SurfaceName; text: string }
  | { do: 'answer'; on: SurfaceName; option: string }
  /** All surfaces answer differently at once. */
  | { do: 'race' }
  | { do: 'stop' | 'resume' | 'earlier' | 'end'; on: SurfaceName }
  | { do: 'remove'; on: SurfaceName; which: number }
  | { do: 'mode'; on: SurfaceName; mode: string }
  /** Reads elsewhere: a part of the conversation, 0 to 1. */
  | { do: 'open'; on: SurfaceName; part: number }
);

export type Step =
  | Act
  | { do: 'wake'; on: PageName }
  | { do: 'cut' | 'halfOpen' | 'refuse'; link: LinkName }
  /** What goes to the relay arrives, what comes from it does not. */
  | { do: 'deafen'; link: LinkName }
  | { do: 'delay'; link: LinkName; ms: number }
  | { do: 'throttle'; link: LinkName; bytesPerSecond: number }
  /** `resume`: what was held goes on, as after lost packets; else it stays dead. */
  | { do: 'heal'; link: LinkName; resume: boolean }
  | { do: 'kill'; who: ProcessName | 'agent' }
  | { do: 'start'; who: ProcessName }
  | { do: 'freeze' | 'thaw'; who: ProcessName | 'agent' }
  | { do: 'jump'; who: ProcessName; ms: number; elapse: boolean }
  | { do: 'fill' | 'free' };

/** `at`: milliseconds after the round's world is up. */
export type TimedStep = Step & { at: number };

export interface Script {
  /** How the agent continues a session, and whether it stays when its host is gone. */
  agent: { resumes: 'none' | 'load' | 'resume'; stubborn: boolean };
  /** Open from the beginning on; of more than one the agent serves all in one process. */
  sessions: number;
  /** The machine folder is on a disk that can be full. */
  smallDisk: boolean;
  /** Begins before the pages have come. */
  cold: boolean;
  steps: TimedStep[];
}

export const phaseMs = 1500;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const surfaces: readonly SurfaceName[] = ['page0', 'page0', 'page1', 'page1', 'desk'];
const pages: readonly PageName[] = ['page0', 'page1'];

/** `host`: its SIGKILL; `kill`: that of any other. */
export type FaultKind = 'link' | 'host' | 'kill' | 'freeze' | 'jump' | 'disk';
export const faultKinds: readonly FaultKind[] = ['link', 'host', 'kill', 'freeze', 'jump', 'disk'];

export interface ScriptOptions {
  /** Only faults of these kinds. */
  faults?: readonly FaultKind[];
  /** Two sessions share an agent in every round; else in some. */
  shared?: boolean;
}

export function scriptOf(seed: string, round: number, options: ScriptOptions = {}): Script {
  const kinds = options.faults ?? faultKinds;
  const random = new Random(`${seed}/${round}`);
  const agent = {
    resumes: random.pick(['none', 'load', 'resume'] as const),
    stubborn: random.chance(0.4),
  };
  const cold = random.chance(0.15);
  const steps: TimedStep[] = [];
  const acts = random.int(5, 15);
  for (let count = 0; count < acts; count++) steps.push(...userAct(random, count));
  const aims = random.int(0, 2);
  for (let count = 0; count < aims; count++) steps.push(...aimed(random, kinds, count));
  // Someone who looks: nothing waits for an answer for long.
  if (random.chance(0.6)) {
    for (let at = random.int(50, 150); at < phaseMs; at += random.int(40, 160))
      steps.push({ at, do: 'answer', on: random.pick(surfaces), option: random.pick(['yes', 'no']) });
  }
  const smallDisk = kinds.includes('disk') && random.chance(0.3);
  const faults = kinds.length === 0 ? 0 : random.int(2, 6);
  for (let count = 0; count < faults; count++) steps.push(...fault(random, kinds, smallDisk));
  const sessions = 1;
  const script = { agent, sessions, smallDisk, cold, steps: steps.sort((a, b) => a.at - b.at) };
  // By chances of its own: what a seed meant before there were two sessions it means still.
  const second = new Random(`${seed}/${round}/second session`);
  return second.chance(0.35) || options.shared ? withSecond(script, second, kinds) : script;
}

/** The same in two sessions, and now and then in both at once while their agent is killed. */
function withSecond(script: Script, random: Random, kinds: readonly FaultKind[]): Script {
  const steps = script.steps.map((step): TimedStep => {
    if (!isAct(step)) return step;
    return { ...step, session: random.int(0, 1) };
  });
  const times = random.int(1, 3);
  for (let count = 0; count < times; count++) {
    const at = random.int(0, phaseMs - 300);
    for (const session of [0, 1]) {
      const on = random.pick(surfaces);
      const text = `both${count}${'ab'[session]} ${task(random)}`;
      steps.push({ at: at + random.int(0, 60), do: 'prompt', on, session, text });
    }
    const hit = at + random.int(0, 250);
    if (kinds.includes('kill') && random.chance(0.6)) steps.push({ at: hit, do: 'kill', who: 'agent' });
    else if (kinds.includes('host') && random.chance(0.3))
      steps.push(
        { at: hit, do: 'kill', who: 'host' },
        { at: hit + random.int(0, 300), do: 'start', who: 'host' },
      );
  }
  return { ...script, sessions: 2, steps: steps.sort((a, b) => a.at - b.at) };
}

const acts: readonly Step['do'][] = [
  'prompt',
  'answer',
  'race',
  'stop',
  'resume',
  'earlier',
  'end',
  'remove',
  'mode',
  'open',
];
const isAct = (step: TimedStep): step is Act & { at: number } => acts.includes(step.do);

function userAct(random: Random, count: number): TimedStep[] {
  const at = random.int(0, phaseMs);
  const on = random.pick(surfaces);
  return random.weighted<() => TimedStep[]>([
    [
      10,
      () => {
        const prompts = random.chance(0.2) ? random.int(2, 4) : 1;
        return Array.from({ length: prompts }, (_, index) => ({
          ...{ at: at + index, do: 'prompt' as const, on },
          text: `t${count}${'abcd'[index] ?? ''} ${task(random)}`,
        }));
      },
    ],
    [3, () => [{ at, do: 'answer', on, option: random.pick(['yes', 'no', 'cancel']) }]],
    [2, () => [{ at, do: 'race' }]],
    [2, () => [{ at, do: 'stop', on }]],
    [1.5, () => [{ at, do: 'remove', on, which: random.int(0, 3) }]],
    [1.5, () => [{ at, do: 'resume', on }]],
    [1, () => [{ at, do: 'mode', on, mode: random.pick(['one', 'two']) }]],
    [0.7, () => [{ at, do: 'earlier', on }]],
    [0.7, () => [{ at, do: 'open', on, part: random.int(0, 10) / 10 }]],
    [1, () => [{ at, do: 'wake', on: random.pick(pages) }]],
  ])();
}

/** Breaks something at the very moment when somebody sends: nobody must be in doubt for long, or twice. */
function aimed(random: Random, kinds: readonly FaultKind[], count: number): TimedStep[] {
  const at = random.int(0, phaseMs - 300);
  const on = random.pick(pages);
  const hit = at + random.int(0, 40);
  const later = hit + random.int(30, 400);
  const sends: TimedStep = random.chance(0.6)
    ? { at, do: 'prompt', on, text: `aim${count} ${task(random)}` }
    : { at, do: 'answer', on, option: random.pick(['yes', 'no']) };
  const ways: TimedStep[][] = [];
  if (kinds.includes('host')) {
    ways.push([
      { at: hit, do: 'kill', who: 'host' },
      { at: later, do: 'start', who: 'host' },
    ]);
  }
  if (kinds.includes('kill')) {
    for (const who of ['relay', on] as const) {
      ways.push([
        { at: hit, do: 'kill', who },
        { at: later, do: 'start', who },
      ]);
    }
    ways.push([{ at: hit, do: 'kill', who: 'agent' }]);
  }
  if (kinds.includes('link')) {
    ways.push([{ at: hit, do: 'cut', link: on }]);
    // It arrives, and the answer does not; with the host killed meanwhile nothing but the journal can tell.
    const deaf: TimedStep[] = [
      { at: at - 1, do: 'deafen', link: on },
      { at: later + 100, do: 'heal', link: on, resume: false },
    ];
    ways.push(deaf);
    if (kinds.includes('host')) {
      const killed: TimedStep[] = [
        { at: hit + 30, do: 'kill', who: 'host' },
        { at: later, do: 'start', who: 'host' },
      ];
      ways.push([...deaf, ...killed], [...deaf, ...killed]);
    }
  }
  return ways.length === 0 ? [sends] : [sends, ...random.pick(ways)];
}

function task(random: Random): string {
  const steps = Array.from({ length: random.int(1, 4) }, () =>
    random.weighted([
      [5, `say:${random.int(1, 40)}`],
      [4, `slow:${random.int(2, 20)}`],
      [2, `think:${random.int(1, 20)}`],
      [3, 'tool'],
      [3, 'ask'],
      [1.5, 'form'],
      [1, 'plan'],
      [1, `big:${random.pick([1_000, 30_000, 200_000])}`],
      [0.6, `flood:${random.pick([500, 2_000])}`],
      [0.5, 'die'],
    ]),
  );
  return steps.join(' ');
}

function fault(random: Random, kinds: readonly FaultKind[], smallDisk: boolean): TimedStep[] {
  const at = random.int(0, phaseMs);
  const later = at + random.int(50, 900);
  const weights: readonly (readonly [number, FaultKind])[] = [
    [4, 'link'],
    [2, 'host'],
    [3, 'kill'],
    [1.5, 'freeze'],
    [2, 'jump'],
    [smallDisk ? 4 : 0, 'disk'],
  ];
  const kind = random.weighted(weights.filter(([, kind]) => kinds.includes(kind)));
  switch (kind) {
    case 'link': {
      const link = random.pick(['host', 'page0', 'page1'] as const);
      const end: TimedStep = { at: later, do: 'heal', link, resume: random.chance(0.5) };
      return random.weighted<() => TimedStep[]>([
        [3, () => [{ at, do: 'cut', link }]],
        [2, () => [{ at, do: 'refuse', link }, end]],
        [3, () => [{ at, do: 'halfOpen', link }, end]],
        [2, () => [{ at, do: 'deafen', link }, end]],
        [2, () => [{ at, do: 'delay', link, ms: random.int(10, 250) }, end]],
        [2, () => [{ at, do: 'throttle', link, bytesPerSecond: random.int(2_000, 200_000) }, end]],
      ])();
    }
    case 'host':
      return [
        { at, do: 'kill', who: 'host' },
        { at: at + random.int(0, 500), do: 'start', who: 'host' },
      ];
    case 'kill': {
      const who = random.pick(['relay', 'agent', 'page0', 'page1'] as const);
      if (who === 'agent') return [{ at, do: 'kill', who }];
      return [
        { at, do: 'kill', who },
        { at: at + random.int(0, 500), do: 'start', who },
      ];
    }
    case 'freeze': {
      const who = random.pick(['host', 'relay', 'page0', 'page1', 'agent'] as const);
      return [
        { at, do: 'freeze', who },
        { at: later, do: 'thaw', who },
      ];
    }
    case 'jump': {
      const who = random.pick(['host', 'relay', 'page0', 'page1'] as const);
      const ms = random.pick([minute, hour, 5 * hour, day, 3 * day, -minute, -hour]);
      return [{ at, do: 'jump', who, ms, elapse: ms > 0 && random.chance(0.6) }];
    }
    case 'disk':
      return [
        { at, do: 'fill' },
        { at: later, do: 'free' },
      ];
  }
}

/** One line a step. */
export function describeScript({ agent, sessions, smallDisk, cold, steps }: Script): string {
  const traits = [
    `agent ${agent.resumes}`,
    ...(sessions > 1 ? [`${sessions} sessions`] : []),
    ...(agent.stubborn ? ['stubborn'] : []),
    ...(smallDisk ? ['small disk'] : []),
    ...(cold ? ['cold'] : []),
  ];
  const lines = steps.map(({ at, ...step }) => {
    const words = Object.entries(step).map(([key, value]) =>
      key === 'do' ? String(value) : `${key}=${value}`,
    );
    return `  ${String(at).padStart(5)} ms  ${words.join(' ')}`;
  });
  return [traits.join(', '), ...lines].join('\n');
}

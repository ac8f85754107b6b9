/** The processes, links and disk of one round, and what a step of a script does to them. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultProxy } from '../support/fault-proxy.ts';
import { processesWithEnv, type RunningProcess } from '../support/process-table.ts';
import { standIn } from '../support/stand-in.ts';
import { agentScript, programOf } from './bundles.ts';
import { Child, ChildEnded } from './child.ts';
import type { HostOptions } from './host-main.ts';
import type { LinkName, ProcessName, Script, Step, SurfaceName } from './script.ts';
import { SmallDisk } from './small-disk.ts';
import type { SurfaceState } from './surface.ts';
import type { Template } from './template.ts';

/** Nobody listens there. */
const nowhere = 1;
/** Of all clocks: milliseconds in one of the system's. */
const scale = 25;
const marker = 'OFFDESK_FAULTS_ROUND';
export const surfaceNames: readonly SurfaceName[] = ['page0', 'page1', 'desk'];
const processNames: readonly ProcessName[] = ['relay', 'host', 'page0', 'page1'];
const linkNames: readonly LinkName[] = ['host', 'page0', 'page1'];

/** Known to the product as one whose process serves several sessions. */
const sharingAgent = 'kimi';

/** What the agent wrote down, see agent.mjs. */
export interface AgentNote {
  pid: number;
  ev: string;
  /** By which the agent knows it. */
  session?: string;
  token?: string;
  kind?: string;
  text?: string;
  serial?: string;
  question?: string;
  answer?: string;
  stopReason?: string;
}

export interface Accepted {
  session: number;
  token: string;
  id: string;
  text: string;
}

export class World {
  readonly folder: string;
  readonly machineFolder: string;
  /** What was done to whom: some invariants depend on it. */
  readonly done = { hostKilled: false, agentKilled: false, diskFilled: false, skippedDisk: false };
  readonly #template: Template;
  readonly #script: Script;
  readonly #marker = randomUUID();
  readonly #since = Date.now();
  readonly #children = new Map<ProcessName, Child>();
  readonly #frozen = new Map<ProcessName, number>();
  readonly #frozenAgents = new Set<number>();
  readonly #offsets = new Map<ProcessName, number>();
  readonly #links = new Map<LinkName, FaultProxy>();
  #disk: SmallDisk | undefined;
  /** With the agent on it by the name of one that is known. */
  readonly #path: string;
  #closed = false;

  private constructor(folder: string, template: Template, script: Script) {
    this.folder = folder;
    this.#template = template;
    this.#script = script;
    this.machineFolder = join(folder, 'home');
    this.#path = standIn(join(folder, 'bin'), sharingAgent, agentScript);
  }

  /** In `folder`, which is there and empty. All is up and connected to nothing yet when it resolves. */
  static async start(folder: string, template: Template, script: Script): Promise<World> {
    const world = new World(folder, template, script);
    worlds.add(world);
    try {
      await world.#begin();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Rejects where the step itself could not be done; a step at what is dead or frozen does nothing. */
  async step(step: Step): Promise<void> {
    try {
      await this.#do(step);
    } catch (error) {
      if (!(error instanceof ChildEnded)) throw error;
    }
  }

  note(text: string): void {
    const at = String(Date.now() - this.#since).padStart(6);
    appendFileSync(join(this.folder, 'timeline.log'), `${at} ms  ${text}\n`);
  }

  /** Undoes every fault and starts what is dead. */
  async heal(): Promise<void> {
    for (const name of this.#frozen.keys()) this.#thaw(name);
    this.#thawAgents();
    this.#disk?.free();
    for (const name of linkNames) await this.#do({ do: 'heal', link: name, resume: false });
    await Promise.all(processNames.map((name) => this.#run(name)));
  }

  /** How many, each known by its number from here on. */
  get sessions(): number {
    return this.#script.sessions;
  }

  /** Undefined while it is away. */
  async state(on: SurfaceName, session: number): Promise<SurfaceState | undefined> {
    return this.ask<SurfaceState>(on, 'state', { session }).catch(() => undefined);
  }

  async ask<T>(on: SurfaceName | 'host', cmd: string, fields: object = {}): Promise<T> {
    const child = this.#children.get(on === 'desk' ? 'host' : on);
    if (!child) throw new Error(`${on} does not run`);
    return child.call<T>(cmd, fields);
  }

  accepted(on: SurfaceName, session: number): Accepted[] {
    const all = readLines<Accepted>(join(this.#filesOf(on), 'accepted.jsonl'));
    return all.filter((one) => one.session === session);
  }

  agentNotes(): AgentNote[] {
    return readLines<AgentNote>(join(this.folder, 'agent.jsonl'));
  }

  /** Processes of this round that run. */
  leftovers(): RunningProcess[] {
    return processesWithEnv(marker, this.#marker);
  }

  /** Asks all to end; idempotent. */
  async end(): Promise<void> {
    for (const name of ['page0', 'page1', 'host', 'relay'] as const) await this.#children.get(name)?.end();
    for (const link of this.#links.values()) await link.close();
  }

  /** Ends what is left by force; idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    worlds.delete(this);
    for (const child of this.#children.values()) child.signal('SIGKILL');
    for (const { pid } of this.leftovers()) kill(pid, 'SIGKILL');
    for (const child of this.#children.values()) await child.exited;
    for (const link of this.#links.values()) await link.close();
  }

  /** The small disk goes with what is on it. */
  unmount(): void {
    this.#disk?.close();
  }

  async #begin(): Promise<void> {
    const { machineFolder, pairings } = this.#template;
    for (const name of ['home', 'work', 'tmp', ...surfaceNames]) mkdirSync(join(this.folder, name));
    if (this.#script.smallDisk) {
      this.#disk = SmallDisk.mount(this.machineFolder);
      this.done.skippedDisk = !this.#disk;
    }
    cpSync(machineFolder, this.machineFolder, { recursive: true });
    for (const name of linkNames) {
      this.#links.set(name, await FaultProxy.start({ target: { port: nowhere } }));
    }
    for (const [index, name] of (['page0', 'page1'] as const).entries()) {
      const pairing = { ...pairings[index as 0 | 1], relay: this.#urlOf(name) };
      writeFileSync(join(this.#filesOf(name), 'pairing.json'), JSON.stringify(pairing));
    }
    await Promise.all(processNames.map((name) => this.#run(name)));
    if (this.sessions === 1) return;
    const ids = await this.ask<string[]>('host', 'sessions', { count: this.sessions });
    for (const name of surfaceNames) await this.ask(name, 'show', { ids });
  }

  /** Unless it runs. The host is started, whatever becomes of that. */
  async #run(name: ProcessName): Promise<void> {
    const running = this.#children.get(name);
    if (running && !running.ended) return;
    this.#frozen.delete(name);
    const child = new Child({
      ...{ name, cwd: join(this.folder, 'work'), log: join(this.folder, `${name}.log`) },
      script: programOf(name === 'host' || name === 'relay' ? name : 'page'),
      env: { ...this.#environmentOf(name), [marker]: this.#marker, TMPDIR: join(this.folder, 'tmp') },
    });
    this.#children.set(name, child);
    if (name === 'relay') {
      const port = await child.call<number>('port');
      for (const link of this.#links.values()) link.retarget(port);
    }
    if (name !== 'host') return;
    const start = child.call('hostStart').catch((error: unknown) => {
      this.note(`the host did not start: ${String(error).split('\n')[0]}`);
    });
    void start;
  }

  #environmentOf(name: ProcessName): Record<string, string> {
    const clock = { since: this.#since, scale, offset: this.#offsets.get(name) ?? 0 };
    const environment = { FAULTS_CLOCK: JSON.stringify(clock) };
    const { webFolder } = this.#template;
    const shared = this.sessions > 1;
    switch (name) {
      case 'relay':
        return { ...environment, FAULTS_RELAY: JSON.stringify({ webFolder }) };
      case 'host': {
        const { machineFolder, folder } = this;
        const files = this.#filesOf('desk');
        const options: HostOptions = {
          ...{ machineFolder, webFolder, cwd: join(folder, 'work'), relay: this.#urlOf('host') },
          agent: shared
            ? { kind: 'named', name: sharingAgent }
            : { kind: 'command', command: process.execPath, args: [agentScript] },
          session: join(files, 'session'),
          accepted: join(files, 'accepted.jsonl'),
          keep: join(files, 'keep'),
        };
        const agent = { folder, shared, ...this.#script.agent };
        const own = { PATH: this.#path, FAULTS_AGENT: JSON.stringify(agent) };
        return { ...environment, ...own, FAULTS_HOST: JSON.stringify(options) };
      }
      case 'page0':
      case 'page1':
        return { ...environment, FAULTS_PAGE: this.#filesOf(name) };
    }
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'race': {
        const { session } = step;
        await Promise.all(
          surfaceNames.map((on, index) =>
            this.#act(on, 'answer', { session, option: ['yes', 'no', 'cancel'][index] }),
          ),
        );
        return;
      }
      case 'prompt':
      case 'answer':
      case 'stop':
      case 'resume':
      case 'earlier':
      case 'end':
      case 'remove':
      case 'mode':
      case 'open': {
        const { do: cmd, on, ...fields } = step;
        return this.#act(on, cmd, fields);
      }
      case 'wake':
        return this.#act(step.on, 'wake');
      case 'cut':
      case 'halfOpen':
      case 'refuse':
        return this.#link(step.link)[step.do]();
      case 'deafen':
        return this.#link(step.link).halfOpen('down');
      case 'delay':
        return this.#link(step.link).delay(step.ms);
      case 'throttle':
        return this.#link(step.link).throttle(step.bytesPerSecond);
      case 'heal': {
        const link = this.#link(step.link);
        link.delay(0);
        link.throttle(Infinity);
        return link.heal({ resume: step.resume });
      }
      case 'kill': {
        if (step.who === 'host') this.done.hostKilled = true;
        if (step.who !== 'agent') return this.#kill(step.who);
        this.done.agentKilled = true;
        for (const pid of this.#agents()) kill(pid, 'SIGKILL');
        return;
      }
      case 'start':
        return this.#run(step.who);
      case 'freeze': {
        if (step.who !== 'agent') {
          this.#frozen.set(step.who, performance.now());
          return this.#children.get(step.who)?.signal('SIGSTOP');
        }
        for (const pid of this.#agents()) {
          kill(pid, 'SIGSTOP');
          this.#frozenAgents.add(pid);
        }
        return;
      }
      case 'thaw':
        if (step.who === 'agent') return this.#thawAgents();
        return this.#thaw(step.who);
      case 'jump': {
        const { who, ms, elapse } = step;
        this.#offsets.set(who, (this.#offsets.get(who) ?? 0) + ms);
        const child = this.#children.get(who);
        // A frozen one hears of it when it is thawed, as a computer that slept.
        if (child && !child.ended) child.call('jump', { ms, elapse }).catch(() => undefined);
        return;
      }
      case 'fill':
        if (!this.#disk) return;
        this.done.diskFilled = true;
        return this.#disk.fill();
      case 'free':
        return this.#disk?.free();
    }
  }

  async #act(on: SurfaceName, cmd: string, fields: object = {}): Promise<void> {
    const name = on === 'desk' ? 'host' : on;
    const child = this.#children.get(name);
    // Nobody can touch a screen that is dead or stands still.
    if (!child || child.ended || this.#frozen.has(name)) return this.note(`${cmd} on ${on}: not there`);
    const result = await Promise.race([child.call(cmd, fields), standsStill(2_000)]);
    const where = 'session' in fields ? ` in ${String(fields.session)}` : '';
    this.note(`${cmd} on ${on}${where}: ${JSON.stringify(result)}`);
  }

  async #kill(name: ProcessName): Promise<void> {
    const child = this.#children.get(name);
    if (!child || child.ended) return;
    // Its port may soon be another round's relay.
    if (name === 'relay') for (const link of this.#links.values()) link.retarget(nowhere);
    child.signal('SIGKILL');
    await child.exited;
  }

  #agents(): number[] {
    return this.leftovers()
      .filter(({ command }) => command.includes(agentScript))
      .map(({ pid }) => pid);
  }

  /** Its timers learn how long it stood still. */
  #thaw(name: ProcessName): void {
    const since = this.#frozen.get(name);
    this.#frozen.delete(name);
    const child = this.#children.get(name);
    if (since === undefined || !child || child.ended) return;
    child.signal('SIGCONT');
    const ms = (performance.now() - since) * scale;
    child.call('jump', { ms, elapse: true }).catch(() => undefined);
  }

  #thawAgents(): void {
    for (const pid of this.#frozenAgents) kill(pid, 'SIGCONT');
    this.#frozenAgents.clear();
  }

  #link(name: LinkName): FaultProxy {
    return this.#links.get(name)!;
  }

  #urlOf(name: LinkName): string {
    return `http://127.0.0.1:${this.#link(name).port}/`;
  }

  #filesOf(on: SurfaceName): string {
    return join(this.folder, on);
  }
}

const worlds = new Set<World>();
process.once('exit', () => {
  for (const world of worlds) for (const { pid } of world.leftovers()) kill(pid, 'SIGKILL');
});

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

function standsStill(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('no answer in time'), ms).unref());
}

/** The complete lines. */
function readLines<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}

/** What a session's row says of its folder and its agent's process: looked at now and then, while somebody is there. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { memoryOf } from '../agent/family.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { leadsElsewhere } from '../base/network-path.ts';
import { limits } from '../protocol/limits.ts';

const headBytes = 4096;

export interface Watched {
  id: string;
  cwd: string;
  /** Of its agent, while it runs. */
  pid: number | undefined;
}

export interface SessionVitals {
  folder?: { branch: string };
  process?: { memoryBytes: number };
}

export interface VitalsPorts {
  clock: Clock;
  /** Empty where nobody would see it. */
  watched(): Watched[];
  changed(): void;
}

export class Vitals {
  readonly #ports: VitalsPorts;
  #known = new Map<string, SessionVitals>();
  #timer: Disposable | undefined;

  constructor(ports: VitalsPorts) {
    this.#ports = ports;
  }

  of(id: string): SessionVitals {
    return this.#known.get(id) ?? {};
  }

  /** Soon, and then every `vitalsMs` as long as anybody is there. */
  look(): void {
    this.#timer?.dispose();
    this.#timer = this.#ports.clock.after(0, () => this.#look());
  }

  stop(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#known = new Map();
  }

  #look(): void {
    const watched = this.#ports.watched();
    this.#timer = undefined;
    if (watched.length === 0) return;
    const known = new Map(watched.map((one) => [one.id, vitalsOf(one, this.of(one.id))]));
    const news = [...known].some(([id, vitals]) => !isSame(vitals, this.of(id)));
    this.#known = known;
    this.#timer = this.#ports.clock.after(limits.vitalsMs, () => this.#look());
    if (news) this.#ports.changed();
  }
}

function vitalsOf({ cwd, pid }: Watched, before: SessionVitals): SessionVitals {
  const branch = branchOf(cwd);
  const memoryBytes = pid === undefined ? undefined : memoryOf(pid);
  const old = before.process?.memoryBytes;
  const alike =
    memoryBytes !== undefined && old !== undefined && Math.abs(old - memoryBytes) < limits.vitalsBytes;
  return {
    ...(branch === undefined ? {} : { folder: { branch } }),
    ...(memoryBytes === undefined ? {} : { process: { memoryBytes: alike ? old : memoryBytes } }),
  };
}

function isSame(a: SessionVitals, b: SessionVitals): boolean {
  return a.folder?.branch === b.folder?.branch && a.process?.memoryBytes === b.process?.memoryBytes;
}

/**
 * The branch that is checked out around a folder, or the commit, shortened; undefined outside of a work tree. Read
 * from git's own file (gitrepository-layout): no program that a repository's settings name can run.
 */
export function branchOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const head = headOf(join(at, '.git'));
    if (head !== undefined) {
      const [, branch] = /^ref: refs\/heads\/(.+)$/.exec(head) ?? [];
      return branch ?? (/^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, 8) : undefined);
    }
    if (dirname(at) === at) return undefined;
  }
}

/** `git`: a folder, or, of a linked work tree, a file that names one. */
function headOf(git: string): string | undefined {
  const own = read(join(git, 'HEAD'));
  if (own !== undefined) return own;
  const [, linked] = /^gitdir: (.+)$/m.exec(read(git) ?? '') ?? [];
  // A name on another computer would be asked for there, with this user's name (Windows).
  return linked === undefined || leadsElsewhere(linked)
    ? undefined
    : read(join(resolve(dirname(git), linked), 'HEAD'));
}

function read(file: string): string | undefined {
  try {
    const found = statSync(file);
    // What an unpacked archive puts there may be anything, also a pipe that never ends.
    return found.isFile() && found.size <= headBytes ? readFileSync(file, 'utf8').trim() : undefined;
  } catch {
    return undefined;
  }
}

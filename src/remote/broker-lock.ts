/** The lock of the one broker process per machine; who holds it is on record, so that others can say where. */
import { readFile, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import * as z from 'zod/v4';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { OffdeskError } from '../base/error.ts';
import type { MachineFolder } from './machine-folder.ts';

// The lock itself is a folder, `broker.lock`: proper-lockfile keeps its time fresh.
const lockName = 'broker';
const doorName = 'broker.door';
const holderName = 'broker.json';
/** Who lets go of the lock needs less than all of these looks. */
const releaseLooks = 10;
const releaseLookMs = 50;

const holderSchema = z.object({
  pid: z.number().int(),
  /** Shown to the user, such as the window's title or `offdesk remote-control in ~/code`. */
  title: z.string(),
  since: z.number(),
  /** Where `pid` means something: machine and, on Linux, its process namespace and boot. */
  space: z.string(),
  /** When the process started, by the kernel's clock; empty where that can't be told. */
  started: z.string(),
});
export type BrokerHolder = Pick<z.infer<typeof holderSchema>, 'pid' | 'title' | 'since'>;

export interface BrokerLock extends Disposable {
  /** The lock was lost (its folder was removed, or the machine stood still for long): stop serving at once. */
  readonly onLost: Event<OffdeskError>;
  release(): Promise<void>;
}

export class HostLockedError extends OffdeskError {
  readonly holder: BrokerHolder | undefined;

  constructor(holder: BrokerHolder | undefined) {
    super(
      'host_locked',
      holder
        ? `Remote control already runs on this computer, in ${holder.title}.`
        : 'Remote control already runs on this computer, in another program.',
      'Stop it there first, or use it there.',
    );
    this.holder = holder;
  }
}

/** Linux: the start time of a process, which tells a reused pid apart (proc(5), /proc/pid/stat, field 22). */
async function startedAt(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command's name, in parentheses, may itself hold spaces and parentheses.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function processSpace(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return [hostname(), namespace, boot.trim()].join(' ');
}

/** `unknown` where pids of another container or machine can't be looked up: the lock's age decides then. */
async function lifeOf(holder: z.infer<typeof holderSchema>): Promise<'alive' | 'dead' | 'unknown'> {
  if (holder.space !== (await processSpace())) return 'unknown';
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives and is another user's.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return 'dead';
  }
  if (holder.started === '') return 'unknown';
  return (await startedAt(holder.pid)) === holder.started ? 'alive' : 'dead';
}

async function readHolder(folder: MachineFolder): Promise<z.infer<typeof holderSchema> | undefined> {
  // A record that can't be read says nothing; the lock itself decides.
  const text = await readFile(folder.file(holderName), 'utf8').catch(() => '');
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Who holds the lock now; undefined when nobody does or it can't be told. */
export async function brokerHolder(folder: MachineFolder): Promise<BrokerHolder | undefined> {
  const held = await lockfile.check(folder.file(lockName), { realpath: false });
  const holder = held ? await readHolder(folder) : undefined;
  return holder && (await lifeOf(holder)) !== 'dead' ? holder : undefined;
}

/**
 * Takes the lock or rejects with HostLockedError (`host_locked`). A holder that died is replaced at once;
 * one that lives but stood still (sleep, a debugger) keeps it.
 */
export async function lockBroker(folder: MachineFolder, title: string, now: number): Promise<BrokerLock> {
  // Behind the door, looking at the holder, replacing it and recording oneself are one step.
  const leaveDoor = await lockfile
    .lock(folder.file(doorName), {
      realpath: false,
      stale: 5_000,
      retries: { retries: 40, factor: 1, minTimeout: 50, maxTimeout: 200, randomize: true },
    })
    .catch((error: unknown) => {
      throw cannotLock(folder, error);
    });
  try {
    const holder = await readHolder(folder);
    const life = holder ? await lifeOf(holder) : 'unknown';
    if (life === 'alive') throw new HostLockedError(holder);
    if (life === 'dead') await rm(lockFolder(folder), { recursive: true, force: true });
    const lost = new Emitter<OffdeskError>();
    const held = { lost: false };
    const take = () =>
      lockfile.lock(folder.file(lockName), {
        realpath: false,
        onCompromised() {
          held.lost = true;
          lost.fire(
            new OffdeskError(
              'host_locked',
              'Another program took over remote control of this computer.',
              'Start it here again to take it back.',
            ),
          );
        },
      });
    const unlock = await take()
      .catch(async (error: unknown) => {
        if (!isLocked(error) || holder || !(await isAbandoned(folder))) throw error;
        await rm(lockFolder(folder), { recursive: true, force: true });
        return take();
      })
      .catch((error: unknown) => {
        throw isLocked(error) ? new HostLockedError(holder) : cannotLock(folder, error);
      });
    const record = { pid: process.pid, title, since: now };
    const [space, started] = await Promise.all([processSpace(), startedAt(process.pid)]);
    try {
      await folder.write(holderName, { ...record, space, started });
    } catch (error) {
      await unlock();
      throw error;
    }

    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      lost.dispose();
      if (held.lost) return;
      // The record goes first: a record without its lock would name a holder that is none.
      await folder.remove(holderName).catch(() => {});
      await unlock().catch(() => {});
    };
    return {
      onLost: lost.event,
      release: () => (released ??= release()),
      dispose: () => void (released ??= release()),
    };
  } finally {
    await leaveDoor().catch(() => {});
  }
}

function lockFolder(folder: MachineFolder): string {
  return `${folder.file(lockName)}.lock`;
}

/**
 * Behind the door: a lock without a record is that of a process which is just letting go of it, or which was killed
 * before it could record itself.
 */
async function isAbandoned(folder: MachineFolder): Promise<boolean> {
  for (let looks = 0; looks < releaseLooks; looks++) {
    if (await readFile(folder.file(holderName)).then(Boolean, () => false)) return false;
    if (!(await lockfile.check(folder.file(lockName), { realpath: false }))) return true;
    await wait(releaseLookMs);
  }
  return true;
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}

function cannotLock(folder: MachineFolder, cause: unknown): OffdeskError {
  return new OffdeskError(
    'storage_failed',
    `The folder ${folder.path} can't be locked.`,
    'Check that you may write there, and try again.',
    { cause },
  );
}

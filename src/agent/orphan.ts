/** Agents that outlived a host that was killed: known again by number, start and mark, and ended with all they started. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod/v4';
import { limits } from '../protocol/limits.ts';

/** A process, told apart from any later one with the same number; to be kept over restarts of the host. */
export const processIdentity = z.object({
  /** Never 0 or 1: as a group those would be this process's own, and everybody's. */
  pid: z.number().int().min(2),
  /** The kernel's start time as text, to be compared only. Empty where it can't be known (Windows). */
  startedAt: z.string(),
  /** In the environment of it and of all that it started. */
  mark: z.string().min(1),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** The variable that carries `mark`. */
export const markVariable = 'OFFDESK_AGENT_MARK';

/** `none`: it is gone, or the number is another's. `left`: even SIGKILL did not end it in time. */
export type OrphanEnd = 'none' | 'ended' | 'left';

/** Between two looks whether it is gone, in milliseconds. */
const lookMs = 25;

/** When a process that runs began, as text; empty where it does not or can't be known. Linux: at once. */
export async function startOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return linuxStart(pid) ?? '';
  // Windows: neither groups nor a start time without a helper of seconds; agents there end with their stdin.
  if (process.platform === 'win32') return '';
  return await new Promise((resolve) => {
    const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: limits.agentStopMs };
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], options, (_error, stdout) => resolve(stdout.trim()));
  });
}

/**
 * Ends what is left of an agent whose host was killed: SIGTERM to its group, SIGKILL after `agentStopMs`. Resolves
 * when it is gone. Signals nothing unless number and start (or, where only its children are left, number and mark)
 * are the recorded ones. Never rejects.
 */
export async function endOrphan(orphan: ProcessIdentity): Promise<OrphanEnd> {
  if (orphan.pid < 2 || !(await isOurs(orphan))) return 'none';
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalGroup(orphan.pid, signal);
    const until = performance.now() + limits.agentStopMs;
    while (performance.now() < until) {
      if (!groupRuns(orphan.pid)) return 'ended';
      await wait(lookMs);
    }
  }
  return 'left';
}

async function isOurs({ pid, startedAt, mark }: ProcessIdentity): Promise<boolean> {
  if (startedAt === '' || process.platform === 'win32') return false;
  const start = await startOf(pid);
  if (start !== '') return start === startedAt && groupRuns(pid);
  // The agent itself is gone. A group's number is not given away while one of the group lives, but it may have
  // been empty in between.
  return process.platform === 'linux' && linuxGroup(pid).some((member) => hasMark(member, mark));
}

function groupRuns(pid: number): boolean {
  // Where nobody reaps orphans, as in many containers, the dead stay in the group: signals reach them, too.
  if (process.platform === 'linux') return linuxGroup(pid).length > 0;
  return signalGroup(pid, 0);
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** proc(5): start in ticks since boot, of this boot. */
function linuxStart(pid: number): string | undefined {
  const ticks = linuxStat(pid)?.[19];
  return ticks && `${ticks}@${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}`;
}

/** Members of a process group that are not dead. */
function linuxGroup(group: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      const [state, , memberOf] = linuxStat(pid) ?? [];
      return memberOf === String(group) && state !== 'Z' && state !== 'X';
    });
}

/** Fields of /proc/PID/stat from the third (state) on; the second, a name in parentheses, may hold anything. */
function linuxStat(pid: number): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function hasMark(pid: number, mark: string): boolean {
  const variables = readText(`/proc/${pid}/environ`)?.split('\0');
  return variables?.includes(`${markVariable}=${mark}`) ?? false;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Agents that outlived a host that was killed: known again by number, start and mark, and ended with all they started. */
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod/v4';
import { limits } from '../protocol/limits.ts';
import {
  anyRuns,
  groupsLeftBy,
  groupsMarked,
  groupsOf,
  groupsOfFamily,
  linuxStart,
  signalGroups,
} from './family.ts';
import { hostOf, hostRuns } from './host-mark.ts';

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

/** `none`: it is gone, or the number is another's. `left`: even SIGKILL did not end it in time. */
export type OrphanEnd = 'none' | 'ended' | 'left';

/** Between two looks whether it is gone, in milliseconds. */
const lookMs = 25;

/** When a process that runs began, as text; empty where it does not or can't be known. Linux: at once. */
export async function startOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return linuxStart(pid) ?? '';
  // Windows: neither groups nor a start time without a program that takes seconds; agents there end with their stdin.
  if (process.platform === 'win32') return '';
  return await new Promise((resolve) => {
    const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: limits.agentStopMs };
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], options, (_error, stdout) => resolve(stdout.trim()));
  });
}

/**
 * Ends what is left of an agent whose host was killed: SIGTERM, SIGKILL after `agentStopMs`. Resolves when it is gone.
 * Signals nothing but what is known to be of that agent: number and start are the recorded ones or, where only what it
 * started is left, the mark is (Linux). What sessions of a host that runs share is no orphan. Never rejects.
 */
export async function endOrphan(orphan: ProcessIdentity): Promise<OrphanEnd> {
  if (hostRuns(orphan.mark)) return 'none';
  return await endGroups(await groupsOfOrphan(orphan));
}

/**
 * The same for agents of which nothing but the family is known (`UpstreamOptions.family`), since their host was
 * killed before it could record more. Other than Linux: `none`.
 */
export async function endFamily(family: string): Promise<OrphanEnd> {
  return await endGroups(groupsOfFamily(family));
}

/** The same for shared processes whose host was killed before it could record them. Other than Linux: `none`. */
export async function endAbandoned(): Promise<OrphanEnd> {
  return await endGroups(groupsMarked((mark) => hostOf(mark) !== undefined && !hostRuns(mark)));
}

async function endGroups(groups: readonly number[]): Promise<OrphanEnd> {
  if (groups.length === 0) return 'none';
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalGroups(groups, signal);
    const until = performance.now() + limits.agentStopMs;
    while (performance.now() < until) {
      if (!anyRuns(groups)) return 'ended';
      await wait(lookMs);
    }
  }
  return 'left';
}

async function groupsOfOrphan({ pid, startedAt, mark }: ProcessIdentity): Promise<number[]> {
  const start = await startOf(pid);
  return start !== '' && start === startedAt ? groupsOf(pid) : groupsLeftBy(pid, mark);
}

/** The processes of this machine and how they descend from each other, from /proc (Linux). */
import { readFileSync, readdirSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  parent: number;
  command: string;
}

/** All processes that are not zombies. Linux: from /proc. */
export function allProcesses(): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // The name, in parentheses, may hold anything: fields are counted from the last parenthesis.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || state === 'X') continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      found.push({ pid: Number(entry), parent: Number(parent), command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** A process and everything below it, while their parents live. */
export function processTree(pid: number): RunningProcess[] {
  const all = allProcesses();
  const tree = all.filter((process) => process.pid === pid);
  for (let at = 0; at < tree.length; at++) {
    const parent = tree[at]?.pid;
    tree.push(...all.filter((process) => process.parent === parent));
  }
  return tree;
}

export function isRunning(pid: number): boolean {
  return allProcesses().some((process) => process.pid === pid);
}

/** Processes that were started with this variable: it also finds orphans. */
export function processesWithEnv(name: string, value: string): RunningProcess[] {
  const wanted = Buffer.from(`${name}=${value}`);
  return allProcesses().filter(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(wanted);
    } catch {
      return false;
    }
  });
}

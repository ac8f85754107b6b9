/** The programs of an agent on macOS, as `ps` and `lsof` print them. */
import { execFile } from 'node:child_process';
import { limits } from '../protocol/limits.ts';
import type { OtherProgram } from './other-programs.ts';
import { programName } from './program-name.ts';

export async function macPrograms(
  names: ReadonlySet<string>,
  own: ReadonlySet<number>,
): Promise<OtherProgram[] | undefined> {
  const list = await printed('/bin/ps', ['-axww', '-o', 'pid=,ppid=,lstart=,command=']);
  if (list === undefined) return undefined;
  const found = programsIn(list, names, own);
  if (found.length === 0) return [];
  const pids = found.map(({ pid }) => pid).join();
  // It ends with 1 where one of them is gone by then.
  const files = filesIn((await printed('/usr/sbin/lsof', ['-nP', '-F', 'pfn', '-p', pids])) ?? '');
  return found.map((one) => {
    const { cwd, names = [] } = files.get(one.pid) ?? {};
    return { ...one, cwd, words: [one.words, ...names].join('\n') };
  });
}

/** Of `ps -o pid=,ppid=,lstart=,command=` in the C locale; those of Offdesk's own agents left out. */
export function programsIn(
  list: string,
  names: ReadonlySet<string>,
  own: ReadonlySet<number>,
): OtherProgram[] {
  const rows = list.split('\n').flatMap((line) => {
    const [, pid, parent, start, command] =
      /^\s*(\d+)\s+(\d+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/.exec(line) ?? [];
    if (command === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), start: start!, command }];
  });
  const ours = new Set(own);
  for (const pid of ours) for (const row of rows) if (row.parent === pid) ours.add(row.pid);
  return rows.flatMap(({ pid, start, command }) => {
    const [program = '', ...args] = command.trim().split(/\s+/);
    const name = programName(program, args);
    if (!names.has(name) || ours.has(pid)) return [];
    const startedAt = Date.parse(start);
    return [
      {
        pid,
        name,
        cwd: undefined,
        startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
        words: command,
      },
    ];
  });
}

/** Of `lsof -F pfn`: where each process works, and what else it has open. */
export function filesIn(list: string): Map<number, { cwd: string | undefined; names: string[] }> {
  const files = new Map<number, { cwd: string | undefined; names: string[] }>();
  let current: { cwd: string | undefined; names: string[] } = { cwd: undefined, names: [] };
  let what = '';
  for (const line of list.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) files.set(Number(value), (current = { cwd: undefined, names: [] }));
    else if (line.startsWith('f')) what = value;
    else if (line.startsWith('n/') && what === 'cwd') current.cwd = value;
    else if (line.startsWith('n/')) current.names.push(value);
  }
  return files;
}

/** What it printed; undefined where it can't be run. */
function printed(program: string, args: string[]): Promise<string | undefined> {
  const env = { ...process.env, LC_ALL: 'C' };
  const options = { env, timeout: limits.agentStopMs, maxBuffer: limits.processListBytes };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout) => resolve(error && !stdout ? undefined : stdout));
  });
}

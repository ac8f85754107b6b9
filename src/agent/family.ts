/** The processes of an agent, as groups: its own, and those of the commands that it runs in sessions of their own. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The variable by which all that an agent started is known again. */
export const markVariable = 'OFFDESK_AGENT_MARK';

/**
 * Groups of an agent that runs: its own and those that its descendants lead (Claude Code and opencode run each
 * command in a session of its own; opencode leaves it running when it is asked to end). What went its own ways, such as a server whose shell has ended, is left alone.
 * Other than Linux: its own group.
 */
export function groupsOf(agent: number): number[] {
  if (process.platform !== 'linux') return [agent];
  const all = allProcesses();
  const tree = new Set([agent]);
  for (const member of tree) for (const { pid, parent } of all) if (parent === member) tree.add(pid);
  return [agent, ...all.filter((one) => tree.has(one.pid) && leads(one) && one.pid !== agent).map(idOf)];
}

/**
 * Groups of all that runs in the terminal which this process leads, also once it is `gone`, and of what its descendants
 * lead. Other than Linux: its own group.
 */
export function groupsInTerminal(leader: number, gone = false): number[] {
  if (process.platform !== 'linux') return [leader];
  // Its number is another's only once nobody is left in its session.
  if (gone && statOf(leader)) return [];
  const inside = allProcesses().filter(({ session }) => session === leader);
  return [...new Set([...inside.map(({ group }) => group), ...groupsOf(leader).slice(1)])];
}

/**
 * Groups that an agent left when it was gone: its own, and commands, known by its mark. What went its own ways (a tmux
 * server, a daemon) is told from a command by what it is: no shell, and not talking to anybody. Other than Linux: none.
 */
export function groupsLeftBy(agent: number, mark: string): number[] {
  if (process.platform !== 'linux') return [];
  const marked = allProcesses().filter(({ pid }) => markOfProcess(pid) === mark);
  const own = marked.some(({ group }) => group === agent) ? [agent] : [];
  const commands = marked.filter((one) => leads(one) && one.pid !== agent && isCommand(one.pid));
  return [...own, ...commands.map(idOf)];
}

/** Groups of all agents, and of their commands, whose mark begins with this family's name. Other than Linux: none. */
export function groupsOfFamily(family: string): number[] {
  return groupsMarked((mark) => mark.startsWith(`${family}.`));
}

/** Groups of all agents, and of their commands, whose mark is one of these. Other than Linux: none. */
export function groupsMarked(isOne: (mark: string) => boolean): number[] {
  if (process.platform !== 'linux') return [];
  const marked = allProcesses().filter(({ pid }) => isOne(markOfProcess(pid) ?? ''));
  return marked.filter((one) => leads(one) && isCommand(one.pid)).map(idOf);
}

/** Resident bytes of an agent and all that it started, as it runs; undefined where that can't be known. Linux. */
export function memoryOf(agent: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const all = allProcesses();
  const tree = new Set([agent]);
  for (const member of tree) for (const { pid, parent } of all) if (parent === member) tree.add(pid);
  // proc(5): in kB, whatever the size of a page is here.
  const kilobytes = [...tree].map(
    (pid) => /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1],
  );
  const bytes = kilobytes.reduce((sum, each) => sum + Number(each ?? 0) * 1024, 0);
  return bytes || undefined;
}

/** False where nobody is left to be signalled; 0 only asks. Windows: never anybody. */
export function signalGroups(groups: readonly number[], signal: NodeJS.Signals | 0): boolean {
  let any = false;
  for (const group of groups) {
    try {
      // As a group 0 is this process's own, and 1 is everybody.
      if (group > 1 && process.platform !== 'win32') any = process.kill(-group, signal) || any;
    } catch {
      // It is gone.
    }
  }
  return any;
}

/** Where nobody reaps orphans, as in many containers, the dead stay in their group: on Linux they don't count. */
export function anyRuns(groups: readonly number[]): boolean {
  if (process.platform !== 'linux') return signalGroups(groups, 0);
  return allProcesses().some(({ group }) => groups.includes(group));
}

/** Those that it descends from, the nearest first. Linux. */
export function linuxAncestors(pid: number): number[] {
  const found: number[] = [];
  for (let parent = parentOf(pid); parent > 1 && !found.includes(parent); parent = parentOf(parent))
    found.push(parent);
  return found;
}

const parentOf = (pid: number): number => Number(statOf(pid)?.[1] ?? 0);

/** proc(5): start in ticks since boot, and which boot; undefined where it does not run. Linux. */
export function linuxStart(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat && `${stat[19]}@${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}`;
}

/** pid_namespaces(7): which one this process is in; empty where that can't be known. Linux. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

interface LinuxProcess {
  pid: number;
  parent: number;
  group: number;
  session: number;
}

const leads = ({ pid, group, session }: LinuxProcess): boolean => pid === group && pid === session;
const idOf = ({ pid }: LinuxProcess): number => pid;

/** All that are not dead. */
function allProcesses(): LinuxProcess[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const [, parent, group, session] = (statOf(Number(entry)) ?? []).map(Number);
    if (parent === undefined || group === undefined || session === undefined) return [];
    return [{ pid: Number(entry), parent, group, session }];
  });
}

/** Fields of /proc/PID/stat from the third (state) on, of what is not dead. */
function statOf(pid: number): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The second, a name in parentheses, may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields;
}

/** proc(5), the seventh field: a session that an agent began has none unless somebody gave it one. */
const hasTerminal = (pid: number): boolean => Number(statOf(pid)?.[4] ?? 0) !== 0;

/** The mark that it bears, of whichever agent of Offdesk's; undefined without one. Linux. */
export function markOfProcess(pid: number): string | undefined {
  const variables = readText(`/proc/${pid}/environ`)?.split('\0');
  const begin = `${markVariable}=`;
  return variables?.find((variable) => variable.startsWith(begin))?.slice(begin.length);
}

/**
 * A shell, or what one became (`sh -c` of a single command): its output went to the agent. A shell that has a terminal, as
 * in tmux, is somebody's own; where that terminal was the agent's it has ended with it.
 */
function isCommand(pid: number): boolean {
  if (/^(?:ba|da|z|k|fi)?sh$/.test(readText(`/proc/${pid}/comm`)?.trim() ?? '')) return !hasTerminal(pid);
  return [1, 2].some((output) => {
    try {
      return /^(?:pipe|socket):/.test(readlinkSync(`/proc/${pid}/fd/${output}`));
    } catch {
      return false;
    }
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

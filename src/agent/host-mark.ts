/** The mark of a process that no single session owns: it names the host that runs it, so that what it left is known. */
import { linuxStart, pidNamespace } from './family.ts';

const pattern = /^host-(\d+)-([^.]*)\./;

/** Of this host; to begin a mark with. */
export function hostFamily(): string {
  return `host-${process.pid}-${startOf(process.pid)}`;
}

/** The host that a mark names; undefined where it names a session. */
export function hostOf(mark: string): { pid: number; startedAt: string } | undefined {
  const [, pid, startedAt = ''] = pattern.exec(mark) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startedAt };
}

/** Whether it names a host that runs, or may run: of one in a container nothing is known outside of it. */
export function hostRuns(mark: string): boolean {
  const host = hostOf(mark);
  if (!host) return false;
  if (process.platform === 'linux')
    return !host.startedAt.endsWith(place()) || startOf(host.pid) === host.startedAt;
  try {
    return process.kill(host.pid, 0);
  } catch (error) {
    // Somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells a process from a later one with its number; Linux alone says it at once. Empty of one that is not there. */
function startOf(pid: number): string {
  const start = process.platform === 'linux' ? linuxStart(pid) : undefined;
  return start === undefined ? '' : `${start.replaceAll('.', '-')}${place()}`;
}

/** Numbers of processes are those of a namespace. */
const place = (): string => `@${pidNamespace()}`;

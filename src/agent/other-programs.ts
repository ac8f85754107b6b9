/** Programs of an agent that run on this computer and were not started by Offdesk. */
import { readFile, readdir, readlink } from 'node:fs/promises';
import { linuxAncestors, linuxStart, markOfProcess, markVariable } from './family.ts';
import { macPrograms } from './mac-programs.ts';
import { programName } from './program-name.ts';

export interface OtherProgram {
  pid: number;
  /** As its user would call it. */
  name: string;
  /** Where it works; undefined where that can't be known. */
  cwd: string | undefined;
  /** Milliseconds since the Unix epoch, to the second; undefined where that can't be known. */
  startedAt: number | undefined;
  /** The kernel's start time, as `linuxStart` has it. */
  start?: string | undefined;
  /** Its arguments, and the names of the files that it has open. */
  words: string;
}

/**
 * Those that go by one of these names. Left out: `own`, which are processes of this host's agents, and all that
 * descends from them or (Linux) bears a mark of Offdesk's. Undefined where processes can't be looked at (Windows).
 */
export async function otherPrograms(
  names: ReadonlySet<string>,
  own: ReadonlySet<number>,
  platform = process.platform,
): Promise<OtherProgram[] | undefined> {
  if (platform === 'linux') return await linuxPrograms(names, own);
  return platform === 'darwin' ? await macPrograms(names, own) : undefined;
}

async function linuxPrograms(names: ReadonlySet<string>, own: ReadonlySet<number>): Promise<OtherProgram[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const all = await Promise.all(
    pids.map(async (pid) => ({ pid, line: await textOf(`/proc/${pid}/cmdline`) })),
  );
  const boot = Number(/^btime (\d+)$/m.exec(await textOf('/proc/stat'))?.[1]);
  const found = all.map(async ({ pid: id, line }) => {
    const [command = '', ...args] = line.split('\0');
    // Some call themselves by a title, padded with blanks.
    const name = programName(command.trim(), args);
    const pid = Number(id);
    if (!names.has(name) || isOurs(pid, own)) return [];
    const [cwd, files] = await Promise.all([linkOf(`/proc/${id}/cwd`), openFiles(id)]);
    const start = linuxStart(pid);
    // It ended meanwhile, or is another user's.
    if (start === undefined || cwd === undefined) return [];
    const startedAt = (boot + Number.parseInt(start, 10) / ticksPerSecond) * 1000;
    const words = [...args, ...files].join('\n');
    return [{ pid, name, cwd, start, startedAt: Number.isNaN(startedAt) ? undefined : startedAt, words }];
  });
  return (await Promise.all(found)).flat();
}

/** USER_HZ, the same on all of Linux that Node runs on. */
const ticksPerSecond = 100;

function isOurs(pid: number, own: ReadonlySet<number>): boolean {
  const mark = markOfProcess(pid);
  // Who runs Offdesk in an agent's shell bears that agent's mark, as do all of the user's own programs there.
  if (mark !== undefined && mark !== process.env[markVariable]) return true;
  return own.has(pid) || linuxAncestors(pid).some((parent) => own.has(parent));
}

async function openFiles(pid: string): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const entries = await readdir(folder).catch(() => []);
  const links = await Promise.all(entries.map((entry) => linkOf(`${folder}/${entry}`)));
  return links.filter((link) => link?.startsWith('/') === true) as string[];
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const linkOf = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined);

/** Finds an agent that is installed on this computer: on PATH, on the terminals' PATH, or where it is usually put. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { AgentProgram, KnownAgent } from './known/known-agent.ts';
import { commonFolders, foldersOf, type Surroundings } from './places.ts';

export interface FoundProgram extends AgentProgram {
  /** What it needs beside its own environment, where it is not on PATH. */
  env?: Record<string, string>;
}

/** `command` is its full path then. */
export function findAgent(agent: KnownAgent, where: Surroundings): FoundProgram | undefined {
  const own = agent.folders?.map((folder) => join(where.home, folder)) ?? [];
  for (const { command, ...program } of agent.commands) {
    const found = findProgram(command, where, own);
    if (found) return { ...program, ...found };
  }
  return undefined;
}

/** Any program, by its name; `own`: folders of its installer. */
export function findProgram(
  name: string,
  where: Surroundings,
  own: readonly string[],
): Pick<FoundProgram, 'command' | 'env'> | undefined {
  const onPath = foldersOf(where.env['PATH']);
  const path = executableIn(onPath, name);
  if (path !== undefined) return { command: path };
  const elsewhere = [...foldersOf(where.terminalPath), ...own, ...commonFolders(where)];
  const other = executableIn(elsewhere, name);
  // Most are scripts, and what runs those lies beside them or where other tools are.
  return other === undefined
    ? undefined
    : { command: other, env: pathWith([dirname(other)], onPath, elsewhere) };
}

/** The full path of a program in one of PATH's absolute folders. */
export function executableOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return executableIn(foldersOf(env['PATH']), name);
}

function executableIn(folders: readonly string[], name: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  const paths = folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending)));
  return paths.find(isExecutable);
}

/** Windows has one PATH, however its name is written. */
function pathWith(...folders: string[][]): Record<string, string> {
  const name = Object.keys(process.env).find((key) => /^path$/i.test(key)) ?? 'PATH';
  const there = [...new Set(folders.flat())].filter((folder) => statOf(folder)?.isDirectory());
  return { [name]: there.join(delimiter) };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

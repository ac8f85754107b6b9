/** Finds an agent that is installed on this computer. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { AgentProgram, KnownAgent } from './known/known-agent.ts';

/** The full path of the first of an agent's commands that is on PATH. */
export function findOnPath(
  agent: KnownAgent,
  env: NodeJS.ProcessEnv = process.env,
): AgentProgram | undefined {
  for (const { command, ...program } of agent.commands) {
    const path = executableOnPath(command, env);
    if (path !== undefined) return { ...program, command: path };
  }
  return undefined;
}

/** The full path of a program in one of PATH's absolute folders. */
export function executableOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  // A relative folder would lead into the workspace, which may hold anything.
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The processes of an agent as a test ends and finds them: its own, and the commands that it runs. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { allProcesses } from './process-table.ts';

/** SIGKILL to the agent's own process, as the host recorded it; of the only session unless one is named. */
export function killAgent(machineFolder: string, session?: string): void {
  const sessions = join(machineFolder, 'sessions');
  const ids = session === undefined ? readdirSync(sessions) : [session];
  const recorded = ids.flatMap((id) => {
    const file = join(sessions, id, 'session.json');
    const { process: agent } = JSON.parse(readFileSync(file, 'utf8')) as { process?: { pid: number } };
    return agent ? [agent.pid] : [];
  });
  assert.equal(recorded.length, 1, 'the host recorded the process of its agent');
  process.kill(recorded[0]!, 'SIGKILL');
}

/** Whether a program of this command line runs that began in the folder. */
export function runsIn(folder: string, command: string): boolean {
  return allProcesses().some((one) => {
    if (!one.command.endsWith(command)) return false;
    try {
      return readlinkSync(`/proc/${String(one.pid)}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

/** `offdesk sessions`: what this computer keeps, so that one can be named with `--resume`. */
import { resolve } from 'node:path';
import { jsonLine, plainLine } from '../base/plain-text.ts';
import type { ListedSession } from '../host/list-sessions.ts';
import { sameFolderAs } from '../host/same-folder.ts';
import { worktreeWords } from './session-lines.ts';
import { machineFolder } from './ports.ts';
import { stderrLog } from './stderr-log.ts';

export interface SessionsOptions {
  /** All folders without one. */
  cwd?: string;
  json?: boolean;
}

export async function sessions({ cwd, json }: SessionsOptions): Promise<void> {
  const { listSessions } = await import('../host/core.ts');
  const all = await listSessions(machineFolder(), stderrLog(false));
  const here = cwd === undefined ? undefined : sameFolderAs(resolve(cwd));
  const shown = here ? all.filter((session) => here(session.cwd)) : all;
  const lines = json ? shown.map(jsonLine) : tableOf(shown);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Two lines a session: the id stands alone in its line's beginning, to be copied. */
export function tableOf(sessions: readonly ListedSession[]): string[] {
  if (sessions.length === 0) return ['No session is kept here yet. Start one: offdesk remote-control'];
  return sessions.flatMap(({ id, title, cwd, agent, updatedAt, open, worktree }) => [
    `${plainLine(id)}  ${timeOf(updatedAt)}  ${plainLine(agent)}${open ? ', open' : ''}`,
    `  ${[title, cwd, ...worktreeWords(worktree)].map((words) => plainLine(words)).join(' · ')}`,
  ]);
}

/** Of this computer's zone: 2026-11-20 21:05. */
function timeOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

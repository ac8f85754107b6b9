/** How the host for the eye answers about whole sessions: what there is to choose, new, closed and reopened ones. */
import { methods, type ClientState } from '../../src/protocol/methods.ts';
import type { ChoicesResult } from '../../src/protocol/new-session.ts';
import { start } from './facts.script.ts';

export const choices: ChoicesResult = {
  agents: [
    { name: 'claude', title: 'Claude Code', available: true },
    { name: 'opencode', title: 'opencode', available: true },
    { name: 'codex', title: 'Codex', available: false, install: 'npm install -g @openai/codex' },
  ],
  folders: [
    { path: '/work/api-gateway', name: 'api-gateway', git: true },
    { path: '/home/me/notes', name: 'notes', git: false },
  ],
  spawn: { mode: 'same-dir', capacity: 32, open: 3 },
};

/** One of each kind that a list shows. */
export const listed: ClientState['sessions'] = [
  {
    ...{ id: 's1', title: 'Move handlers to middleware', cwd: '/work/api-gateway' },
    agent: { name: 'Claude Code', demo: false },
    ...{ state: 'waiting', updatedAt: start, mode: 'Plan', folder: { branch: 'main' } },
    asks: 'Claude Code asks: Run npm test -- --grep middleware --reporter dot',
  },
  {
    ...{ id: 's2', title: 'Flaky upload test', cwd: '/home/me/.offdesk/worktrees/web/flaky-upload-test' },
    agent: { name: 'Copilot CLI', demo: false },
    ...{ state: 'working', updatedAt: start },
    worktree: {
      branch: 'offdesk/flaky-upload-test',
      repository: 'web',
      path: '/home/me/.offdesk/worktrees/web/flaky-upload-test',
    },
  },
  {
    ...{ id: 's3', title: 'Upgrade to Node 24', cwd: '/work/tools' },
    agent: { name: 'Demo', demo: true },
    ...{ state: 'idle', updatedAt: start - 3_600_000 },
  },
];

export const over: ClientState['sessions'] = [
  {
    ...{ id: 'p1', title: 'Rename the config keys', cwd: '/home/me/.offdesk/worktrees/web/rename-config' },
    agent: { name: 'Claude Code', demo: false },
    ...{ state: 'ended', updatedAt: start - 86_400_000 },
    worktree: {
      ...{ branch: 'offdesk/rename-config', path: '/home/me/.offdesk/worktrees/web/rename-config' },
      dirty: true,
    },
  },
  {
    ...{ id: 'p2', title: 'Why is the build slow?', cwd: '/work/web' },
    agent: { name: 'Claude Code', demo: false },
    ...{ state: 'ended', updatedAt: start - 2 * 86_400_000 },
  },
  {
    ...{ id: 'p3', title: 'Trim the container image', cwd: '/work/web' },
    agent: { name: 'Claude Code', demo: false },
    ...{ state: 'ended', updatedAt: start - 3 * 86_400_000 },
  },
];

/** As a host refuses one that another program has open: p3. */
export const openElsewhere = {
  code: 'session_live',
  message: 'That session is open in another program: claude (process 4711).',
  next: 'Wait until it is closed there, continue in a copy, or continue here anyway.',
};

const dirty = {
  code: 'worktree_dirty',
  message:
    'The worktree of offdesk/rename-config has work that is nowhere else: 2 files (config.ts, notes.md).',
  next: 'Commit or copy what you need, or confirm that it is not needed.',
};
const full = {
  code: 'session_limit',
  message: '32 sessions are open, and each has an agent that runs.',
  next: 'Close one of them first.',
};

interface Asked {
  sessionId?: string;
  mode?: 'same-dir' | 'worktree';
  name?: string;
  confirmed?: boolean;
  live?: 'fork' | 'anyway';
}

/** `result`, or `error` as a host refuses; `state`: what every client is told then. Undefined for other methods. */
export function sessionAnswer(
  method: string,
  { sessionId, mode, name, confirmed, live }: Asked,
  state: ClientState,
  past: ClientState['sessions'],
): { result?: unknown; error?: object; state?: ClientState } | undefined {
  const { sessions } = state;
  const spawn = state.spawn ?? choices.spawn;
  switch (method) {
    case methods.sessionChoices:
      return { result: { ...choices, spawn: { ...spawn, open: sessions.length } } };
    case methods.sessionNew: {
      if (sessions.length >= spawn.capacity) return { error: full };
      const session = { ...listed[2]!, id: 's9', title: name ?? 'studio-mac · api-gateway' };
      return { result: { sessionId: 's9' }, state: { ...state, sessions: [...sessions, session] } };
    }
    case methods.sessionClose: {
      const closed = sessions.find(({ id }) => id === sessionId);
      if (closed) past.unshift({ ...closed, state: 'ended' });
      return { result: {}, state: { ...state, sessions: sessions.filter(({ id }) => id !== sessionId) } };
    }
    case methods.sessionReopen: {
      if (sessionId === 'p3' && live === undefined) return { error: openElsewhere };
      if (live === 'fork') return { result: { sessionId: 's1' } };
      const at = past.findIndex(({ id }) => id === sessionId);
      const back = past.splice(at, 1).map((session) => ({ ...session, state: 'idle' as const }));
      return { result: { sessionId }, state: { ...state, sessions: [...sessions, ...back] } };
    }
    case methods.sessionSpawn:
      return { result: {}, state: { ...state, spawn: { ...spawn, mode: mode ?? spawn.mode } } };
    case methods.worktreeRemove: {
      const found = past.find(({ id }) => id === sessionId);
      if (found?.worktree?.dirty && !confirmed) return { error: dirty };
      if (found) delete found.worktree;
      return { result: { branch: 'offdesk/rename-config', commit: null } };
    }
    case methods.sessionName: {
      const named = sessions.map((one) => (one.id === sessionId ? { ...one, title: name ?? '' } : one));
      return { result: {}, state: { ...state, sessions: named } };
    }
    default:
      return undefined;
  }
}

/** What the terminal's desk says of sessions, and what `w` does. */
import assert from 'node:assert/strict';
import { sessionLines, toggleSpawn } from '../../../src/cli/session-lines.ts';
import type { NewSessions } from '../../../src/host/api.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import type { SpawnMode, SpawnState } from '../../../src/protocol/new-session.ts';

const session = (title: string) => ({ id: title, title, agent: 'Demo', state: 'working' as const });
const status = (...titles: string[]) =>
  ({ state: 'on', sessions: titles.map(session) }) as unknown as HostStatus;
const spawn: SpawnState = { mode: 'same-dir', capacity: 32, open: 2 };

describe('sessions in the terminal', () => {
  it('L40: several are listed, a line each, and the rest is counted (S5)', () => {
    const names = Array.from({ length: 11 }, (_, i) => `one\u001b[2J ${i}`);
    const lines = sessionLines(status(...names), spawn, true);
    assert.equal(lines.length, 8 + 1 + 1);
    assert.match(lines[0] ?? '', /one.*0 · Demo · working/);
    assert.equal(lines[8], '  and 3 more');
    assert.doesNotMatch(lines.join(''), /\u001b/);
  });

  it('L40: a branch of its own is named, and work on it that is in no commit (C18)', () => {
    const worktree = { branch: 'offdesk/one', path: '/w' };
    const sessions = [
      { ...session('a'), worktree: { ...worktree, dirty: true } },
      { ...session('b'), worktree },
    ];
    const lines = sessionLines({ state: 'on', sessions } as unknown as HostStatus, undefined, true);
    assert.deepEqual(
      lines.map((line) => line.split(' · ').at(-1)),
      ['offdesk/one (not committed)', 'offdesk/one'],
    );
  });

  it('one is said by the status line alone; how many there may be, and what w does (S5)', () => {
    const [line, ...more] = sessionLines(status('one'), spawn, true);
    assert.deepEqual(more, []);
    assert.match(line ?? '', /^2 of 32 sessions, .*\(w: in worktrees\)$/);
    assert.doesNotMatch(sessionLines(status('one'), spawn, false).join(), /\(w/);
  });

  it('L40: w toggles folder and worktree, and says so; one session alone stays one (C18)', async () => {
    let mode: SpawnMode = 'same-dir';
    const sessions = {
      get spawn() {
        return { ...spawn, mode };
      },
      setSpawn: async (wanted: SpawnMode) => void (mode = wanted),
    } as unknown as NewSessions;
    assert.match(await toggleSpawn(sessions), /worktree/);
    assert.equal(mode, 'worktree');
    assert.match(await toggleSpawn(sessions), /folder itself/);
    mode = 'session' as SpawnMode;
    assert.match(await toggleSpawn(sessions), /one session/);
    assert.equal(mode, 'session');
  });
});

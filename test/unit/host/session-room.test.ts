/** How many sessions there may be, and where new ones work: by the settings, and as it was toggled meanwhile. */
import assert from 'node:assert/strict';
import type { HostSettings } from '../../../src/host/api.ts';
import { SessionRoom } from '../../../src/host/session-room.ts';

describe('room for sessions', () => {
  let settings: Pick<HostSettings, 'spawn' | 'capacity'>;
  let open: number;
  let room: SessionRoom;
  const take = () => room.taken(() => Promise.resolve());
  const refused = { code: 'session_limit' };

  beforeEach(() => {
    [settings, open] = [{ spawn: 'same-dir', capacity: 2 }, 0];
    room = new SessionRoom({ settings: () => settings as HostSettings }, () => open);
  });

  it('H18: the settings count as they are at each new session', async () => {
    open = 2;
    await assert.rejects(take(), refused);
    settings = { spawn: 'same-dir', capacity: 3 };
    await take();
    settings = { spawn: 'session', capacity: 3 };
    await assert.rejects(take(), refused);
    open = 0;
    await take();
  });

  it('H18: several at the same time take no more room than there is', async () => {
    open = 1;
    let end = () => {};
    const first = room.taken(() => new Promise<void>((resolve) => (end = resolve)));
    await assert.rejects(take(), refused);
    end();
    await first;
    await take();
  });

  it('H18: what was toggled counts until the settings say something else', () => {
    room.choose('worktree', false);
    assert.equal(room.state.mode, 'worktree');
    settings = { spawn: 'session', capacity: 2 };
    assert.equal(room.state.mode, 'session');
    assert.throws(() => room.choose('same-dir', false), { code: 'scope_insufficient' });
    room.choose('same-dir', true);
    assert.equal(room.state.mode, 'same-dir');
  });
});

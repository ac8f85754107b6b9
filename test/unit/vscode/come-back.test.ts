/** Remote control comes back by itself where it was on, and nowhere else. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import { isMarkedOn, markOn } from '../../../src/host/on-mark.ts';
import { comeBack, type ComeBackPorts } from '../../../src/vscode/come-back.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function setUp(ports: Partial<ComeBackPorts> & { on?: boolean } = {}) {
  let now = 0;
  let starts = 0;
  const clock = {
    now: () => now,
    after: (ms: number, call: () => void) => {
      now += ms;
      return systemClock.after(0, call);
    },
  };
  const all: ComeBackPorts = {
    ...{ isAllowed: () => true, wasOn: () => Promise.resolve(ports.on ?? true), byDefault: () => false },
    ...{ isDecided: () => false, start: () => Promise.resolve(), clock, log: silentLog },
    ...ports,
  };
  const { start } = all;
  const run = () =>
    comeBack({
      ...all,
      start: () => {
        starts++;
        return start();
      },
    });
  return { run, starts: () => starts, now: () => now };
}

const locked = () => Promise.reject(new OffdeskError('host_locked', 'It runs elsewhere.', ''));

describe('coming back', () => {
  it('V15, V5: starts where it was on or is by default, in a trusted folder alone', async () => {
    const cases = [
      [{ on: true }, 1],
      [{ on: false }, 0],
      [{ on: false, byDefault: () => true }, 1],
      [{ on: true, isAllowed: () => false }, 0],
      [{ on: true, isDecided: () => true }, 0],
    ] as const;
    for (const [ports, expected] of cases) {
      const test = setUp(ports);
      await test.run();
      assert.equal(test.starts(), expected, JSON.stringify(ports));
    }
  });

  it('V15: a window that still ends is waited for, not for ever, and not once someone decided', async () => {
    let left = 3;
    const patient = setUp({ start: () => (left-- > 0 ? locked() : Promise.resolve()) });
    await patient.run();
    assert.equal(patient.starts(), 4);
    const never = setUp({ start: locked });
    await never.run();
    assert.ok(never.starts() > 4 && never.now() <= 20_000, `${never.starts()} starts in ${never.now()} ms`);
    let full = 40;
    const noRoom = () => Promise.reject(new OffdeskError('storage_failed', 'The disk is full.', ''));
    const waits = setUp({ start: () => (full-- > 0 ? noRoom() : Promise.resolve()) });
    await waits.run();
    assert.equal(waits.starts(), 41);
    let decided = false;
    const stopped = setUp({
      isDecided: () => decided,
      start: () => {
        decided = true;
        return locked();
      },
    });
    await stopped.run();
    assert.equal(stopped.starts(), 1);
    let on = true;
    const unmarked = setUp({
      wasOn: () => Promise.resolve(on),
      start: () => {
        on = false;
        return locked();
      },
    });
    await unmarked.run();
    assert.equal(unmarked.starts(), 1);
    const byDefault = setUp({ on: false, byDefault: () => true, start: locked });
    await byDefault.run();
    assert.equal(byDefault.starts(), 1);
    const broken = setUp({ start: () => Promise.reject(new Error('no such file')) });
    await broken.run();
    assert.equal(broken.starts(), 1);
  });

  it('V15: the mark is of one folder, in the machine folder; nonsense in it is off', async () => {
    const home = join(tempFolder('mark'), 'home');
    mkdirSync(home);
    assert.equal(await isMarkedOn(home, '/work/a'), false);
    await markOn(home, '/work/a', true);
    await markOn(home, '/work/a', true);
    assert.equal(await isMarkedOn(home, '/work/a'), true);
    assert.equal(await isMarkedOn(home, '/work/b'), false);
    await markOn(home, '/work/b', false);
    await markOn(home, '/work/a', false);
    assert.equal(await isMarkedOn(home, '/work/a'), false);
    await markOn(home, '/work/a', true);
    const [name] = readdirSync(join(home, 'on'));
    for (const text of ['', '{', 'null', '{"cwd":"/work/b"}']) {
      writeFileSync(join(home, 'on', name!), text);
      assert.equal(await isMarkedOn(home, '/work/a'), false, text);
    }
  });
});

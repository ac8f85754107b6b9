/** Whether a session is open in another program: told from programs, their marks and times, and never by Offdesk's own. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { filesIn, programsIn } from '../../../src/agent/mac-programs.ts';
import type { OtherProgram } from '../../../src/agent/other-programs.ts';
import { sessionMarks } from '../../../src/agent/session-marks.ts';
import { sightings, type Around, type Wanted } from '../../../src/agent/sighting.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const minute = 60_000;
const id = 'session-0001';
const other = 'session-0002';

const program = (more: Partial<OtherProgram> = {}): OtherProgram => ({
  ...{ pid: 700, name: 'agent', cwd: '/work', startedAt: now - 60 * minute, words: '' },
  ...more,
});
const around = (more: Partial<Around> = {}): Around => ({
  ...{ now, programs: [], marks: [], known: [id, other] },
  here: (folder) => folder === '/work',
  runs: () => false,
  ...more,
});
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  ...{ id, updatedAt: now - 30 * minute, usedHere: undefined },
  ...more,
});
const sighting = (want: Wanted, seen: Around) => sightings(seen)(want);
const kind = (want: Wanted, seen: Around) => sighting(want, seen)?.kind;

describe('G8: a session that is open in another program', () => {
  it('G8: is one that a program names or holds open, in whatever folder and however old', () => {
    const old = wanted({ updatedAt: now - 9_999 * minute, usedHere: now });
    for (const words of [`--resume\n${id}`, `/home/me/.agent/sessions/rollout-${id}.jsonl`]) {
      const programs = [program({ cwd: '/elsewhere', words })];
      assert.deepEqual(sighting(old, around({ programs })), { kind: 'open', program: 'agent', pid: 700 });
      assert.equal(kind({ ...old, updatedAt: undefined }, around({ programs })), 'open');
    }
  });

  it('G8: is one of which the program says so itself; a mark of another process counts for nothing', () => {
    const programs = [program({ start: '4711@boot' })];
    const marks = [{ pid: 700, session: id, start: '4711', embedded: false }];
    assert.equal(kind(wanted(), around({ programs, marks })), 'open');
    assert.equal(kind(wanted({ id: other }), around({ programs, marks })), undefined, 'it has another one');
    const reused = [{ ...marks[0]!, start: '12' }];
    assert.equal(kind(wanted(), around({ programs, marks: reused })), undefined);
    assert.equal(kind(wanted(), around({ programs: [], marks })), undefined, 'it is gone');
  });

  it('G8: may be one that was used since a program began in its folder', () => {
    const seen = (more: Partial<OtherProgram>) => around({ programs: [program(more)] });
    assert.equal(kind(wanted(), seen({})), 'perhaps');
    assert.equal(kind(wanted({ updatedAt: null }), seen({})), 'perhaps');
    assert.equal(kind(wanted(), seen({ startedAt: now - minute })), undefined, 'it began later');
    assert.equal(kind(wanted(), seen({ cwd: '/elsewhere' })), undefined);
    assert.equal(kind(wanted(), seen({ words: `--resume ${other}` })), undefined, 'it has another one');
    assert.equal(kind(wanted({ updatedAt: undefined }), seen({})), undefined, 'nobody asked the agent');
  });

  it('G8: is none that Offdesk used last', () => {
    const seen = around({ programs: [program()] });
    const at = now - 30 * minute;
    assert.equal(kind(wanted({ usedHere: at }), seen), undefined);
    assert.equal(kind(wanted({ usedHere: at - limits.liveSlackMs - 1 }), seen), 'perhaps');
  });

  it('G8: where programs cannot be looked at is one that was used a moment ago, or that a running one marks', () => {
    const blind = (more: Partial<Around> = {}) => around({ programs: undefined, ...more });
    assert.equal(kind(wanted({ updatedAt: now - limits.liveRecentMs }), blind()), 'recent');
    assert.equal(kind(wanted({ updatedAt: now - limits.liveRecentMs - 1 }), blind()), undefined);
    assert.equal(kind(wanted({ updatedAt: null }), blind()), undefined);
    const marks = [{ pid: 700, session: id, start: undefined, embedded: false }];
    assert.equal(kind(wanted(), blind({ marks, runs: () => true })), 'open');
    assert.equal(kind(wanted(), blind({ marks })), undefined, 'it is gone');
    const embedded = [{ ...marks[0]!, embedded: true }];
    assert.equal(kind(wanted(), blind({ marks: embedded, runs: () => true })), undefined, "Offdesk's own");
  });

  it('G8: of a whole list of sessions what a program names is read once for each', () => {
    let read = 0;
    const busy = {
      ...program(),
      get words() {
        read++;
        return `--resume ${other}`;
      },
    };
    const known = Array.from({ length: 500 }, (_, n) => `listed-${n}`);
    const look = sightings(around({ programs: [busy], known: [...known, other] }));
    for (const id of known) assert.equal(look(wanted({ id })), undefined);
    assert.equal(look(wanted({ id: other }))?.kind, 'open');
    assert.ok(read <= 2 * (known.length + 1), `${read} times`);
  });

  it('G8: property: without a program of the agent nothing is, and a program that has another one is none for this', () => {
    const time = fc.integer({ min: 0, max: now });
    const any = fc.record({
      updatedAt: fc.option(time, { nil: null }),
      usedHere: fc.option(time, { nil: undefined }),
    });
    const one = fc.record({
      pid: fc.integer({ min: 2, max: 99_999 }),
      startedAt: fc.option(time, { nil: undefined }),
      cwd: fc.constantFrom('/work', '/elsewhere', undefined),
    });
    fc.assert(
      fc.property(any, fc.array(one, { maxLength: 5 }), (want, many) => {
        const session = wanted(want);
        assert.equal(sighting(session, around()), undefined);
        const busy = many.map((more) => program({ ...more, words: `--resume ${other}` }));
        assert.equal(sighting(session, around({ programs: busy })), undefined);
        assert.equal(
          kind({ ...session, id: other }, around({ programs: busy })),
          many.length > 0 ? 'open' : undefined,
        );
        // Whatever is seen perhaps: it began before the last use, here, and that was none of Offdesk's.
        const seen = sighting(session, around({ programs: many.map((more) => program(more)) }));
        if (!seen) return;
        assert.equal(seen.kind, 'perhaps');
        const { updatedAt, usedHere } = session;
        assert.ok(many.some(({ cwd }) => cwd === '/work'));
        if (updatedAt === null || updatedAt === undefined) return;
        assert.ok(usedHere === undefined || updatedAt > usedHere);
        assert.ok(many.some(({ startedAt }) => startedAt === undefined || startedAt <= updatedAt + 1_000));
      }),
    );
  });
});

describe('G8: what is read of programs', () => {
  it('G8: marks as Claude Code writes them; what is none is passed over', async () => {
    const folder = join(tempFolder('marks'), 'sessions');
    assert.deepEqual(await sessionMarks(folder), []);
    mkdirSync(folder);
    const write = (name: string, value: unknown) =>
      writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
    // Of 2.1.316, shortened.
    write('1843.json', {
      ...{ pid: 1843, sessionId: id, cwd: '/work', startedAt: now, procStart: '6194139' },
      ...{ version: '2.1.316', kind: 'interactive', entrypoint: 'cli', status: 'idle' },
    });
    write('1900.json', { pid: 1900, sessionId: other, entrypoint: 'sdk-ts' });
    write('1843.f8cc.key', { peerToken: 'not for us' });
    write('2.json', 'no JSON');
    write('3.json', { pid: 'x' });
    const marks = (await sessionMarks(folder)).sort((a, b) => a.pid - b.pid);
    assert.deepEqual(marks, [
      { pid: 1843, session: id, start: '6194139', embedded: false },
      { pid: 1900, session: other, start: undefined, embedded: true },
    ]);
  });

  it("G8: a Mac's list, without Offdesk's own agents and what they started", () => {
    const list = [
      '    1     0 Sat Nov 21 08:00:00 2026     /sbin/launchd',
      '  700     1 Sat Nov 21 09:00:00 2026     claude --resume session-0001',
      '  800     1 Sat Nov  7 09:00:00 2026     node /opt/claude-agent-acp/dist/index.js',
      '  801   800 Sat Nov 21 09:30:00 2026     /opt/sdk/claude --output-format stream-json',
      '  900     1 Sat Nov 21 09:30:00 2026     vim claude',
    ].join('\n');
    const names = new Set(['claude', 'claude-agent-acp']);
    const found = programsIn(list, names, new Set([800]));
    assert.deepEqual(
      found.map(({ pid, name }) => [pid, name]),
      [[700, 'claude']],
    );
    assert.equal(found[0]!.startedAt, new Date(2026, 10, 21, 9).getTime());
    assert.match(found[0]!.words, /session-0001/);
    assert.equal(programsIn(list, names, new Set()).length, 3);
  });

  it('G8: what lsof prints', () => {
    const list =
      'p700\nfcwd\nn/Users/me/work\nf3\nn/Users/me/.codex/a.lock\nf4\nnlocalhost:80\np701\nfcwd\nn/\n';
    assert.deepEqual(
      [...filesIn(list)],
      [
        [700, { cwd: '/Users/me/work', names: ['/Users/me/.codex/a.lock'] }],
        [701, { cwd: '/', names: [] }],
      ],
    );
  });
});

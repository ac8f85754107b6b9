/** New sessions from a paired device: in folders and worktrees, several at once, closed, opened again, and removed. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { limits } from '../../../src/protocol/limits.ts';
import { methods, type PastResult } from '../../../src/protocol/methods.ts';
import {
  choicesResult,
  type NewSessionParams,
  type NewSessionResult,
  type RemoveWorktreeResult,
} from '../../../src/protocol/new-session.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { commitAll, makeRepository, runGit } from '../../support/repository.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { eventually } from '../../support/wait.ts';

const agent = {
  kind: 'command' as const,
  name: 'several',
  command: process.execPath,
  args: [resolve('test/integration/host/several-agent.mjs')],
};

describe('new sessions', function () {
  this.timeout(120_000);
  const running: TestHost[] = [];
  const devices: TestDevice[] = [];

  afterEach(async () => {
    for (const device of devices.splice(0)) device.dispose();
    for (const { host } of running.splice(0)) await host.stop();
  });

  async function start(settings: Parameters<typeof testHost>[0] = {}): Promise<TestHost> {
    const test = await testHost({ agent, ...settings });
    makeRepository(test.ports.cwd);
    running.push(test);
    await test.host.start();
    return test;
  }

  async function phone({ host }: TestHost, scope: 'control' | 'answer' = 'control'): Promise<ProbeClient> {
    await host.createInvite();
    const invite = await eventually(() => host.status.invite, { what: 'an invite' });
    const device = new TestDevice();
    devices.push(device);
    const paired = device.pair(invite.url, { scope });
    const request = await eventually(() => host.status.pairings[0], { what: 'the request' });
    await host.decidePairing(request.id, true, scope);
    await paired;
    const probe = await device.connect();
    await eventually(() => (probe.state?.sessions.length ?? 0) > 0, { what: 'a session' });
    return probe;
  }

  const begin = async (probe: ProbeClient, wish: NewSessionParams = {}): Promise<string> =>
    (await probe.request<NewSessionResult>(methods.sessionNew, wish)).sessionId;
  const close = (probe: ProbeClient, sessionId: string) => probe.request(methods.sessionClose, { sessionId });
  const reopen = (probe: ProbeClient, sessionId: string) =>
    probe.request(methods.sessionReopen, { sessionId });
  const remove = (probe: ProbeClient, sessionId: string, confirmed?: boolean) =>
    probe.request<RemoveWorktreeResult>(methods.worktreeRemove, {
      sessionId,
      ...(confirmed && { confirmed }),
    });
  const past = (probe: ProbeClient) => probe.request<PastResult>(methods.past, { limit: 50 });
  const row = (probe: ProbeClient, id: string) => probe.state?.sessions.find((session) => session.id === id);
  const rowOf = (probe: ProbeClient, id: string) => eventually(() => row(probe, id), { what: 'the row' });
  const worktreeOf = async (probe: ProbeClient, id: string) => (await rowOf(probe, id)).worktree!;
  const gone = (probe: ProbeClient, id: string) => eventually(() => !row(probe, id), { what: 'its end' });
  let prompts = 0;
  const ask = (probe: ProbeClient, id: string, text: string) =>
    probe.prompt(id, `prompt-${prompts++}-of-it`, text);
  const code = (expected: string, words?: RegExp) => (error: unknown) => {
    const { data } = error as { data: { offdesk: { code: string; message: string; next: string } } };
    assert.equal(data.offdesk.code, expected);
    assert.ok(data.offdesk.next);
    if (words) assert.match(data.offdesk.message, words);
    return true;
  };

  it('H14, H16: three at once, two in worktrees and one in the folder itself, write one file without a conflict (C18)', async () => {
    const test = await start();
    const probe = await phone(test);
    const { cwd } = test.ports;
    const [one, two, same] = await Promise.all([
      begin(probe, { spawn: 'worktree', name: 'Fix login' }),
      begin(probe, { spawn: 'worktree', name: 'Fix login' }),
      begin(probe, { name: 'Here' }),
    ]);
    assert.equal((await rowOf(probe, one)).title, 'Fix login');
    const [first, second] = [await worktreeOf(probe, one), await worktreeOf(probe, two)];
    assert.deepEqual([first.branch, second.branch].sort(), ['offdesk/fix-login', 'offdesk/fix-login-2']);
    assert.equal((await rowOf(probe, same)).worktree, undefined);
    assert.equal((await rowOf(probe, same)).cwd, cwd);
    assert.ok(first.path.startsWith(join(test.ports.machineFolder, 'worktrees')));

    const turns = [one, two, same].map((id) => ask(probe, id, `write readme.txt by ${id}`));
    await Promise.all(turns);
    assert.equal(readFileSync(join(first.path, 'readme.txt'), 'utf8'), `by ${one}\n`);
    assert.equal(readFileSync(join(second.path, 'readme.txt'), 'utf8'), `by ${two}\n`);
    assert.equal(readFileSync(join(cwd, 'readme.txt'), 'utf8'), `by ${same}\n`);
    await eventually(() => row(probe, one)?.folder?.branch === 'offdesk/fix-login', { what: 'its branch' });

    runGit(first.path, 'checkout', '--quiet', '--', '.');
    assert.deepEqual(await remove(probe, one), {
      branch: first.branch,
      commit: runGit(cwd, 'rev-parse', 'HEAD'),
    });
    assert.ok(!existsSync(first.path));
    assert.ok(!row(probe, one));
    assert.doesNotMatch(runGit(cwd, 'branch', '--list'), new RegExp(`${first.branch}$`, 'm'));
    assert.match(runGit(cwd, 'branch', '--list'), new RegExp(`${second.branch}$`, 'm'));
    assert.equal(readFileSync(join(second.path, 'readme.txt'), 'utf8'), `by ${two}\n`);
  });

  it('H17: what is not committed, new, or in no other branch is lost with a confirmation alone, which says what (C18)', async () => {
    const test = await start();
    const probe = await phone(test);
    const id = await begin(probe, { spawn: 'worktree' });
    const { path, branch } = await worktreeOf(probe, id);
    const { cwd } = test.ports;

    await ask(probe, id, 'write readme.txt changed');
    await assert.rejects(remove(probe, id), code('worktree_dirty', /1 file not committed \(readme\.txt\)/));
    await eventually(() => row(probe, id)?.worktree?.dirty, { what: 'its mark in the list' });
    runGit(path, 'checkout', '--quiet', '--', '.');
    await ask(probe, id, 'write new.txt new');
    await assert.rejects(remove(probe, id), code('worktree_dirty', /new\.txt/));
    commitAll(path, 'mine');
    await assert.rejects(remove(probe, id), code('worktree_dirty', /1 commit that no other branch has/));
    runGit(path, 'checkout', '--quiet', '--detach');
    writeFileSync(join(path, 'more.txt'), '');
    commitAll(path, 'on no branch');
    await assert.rejects(remove(probe, id), code('worktree_dirty', /2 commits/));
    assert.ok(row(probe, id), 'a refusal ends nothing');
    assert.ok(existsSync(path));

    // Another branch has them: then nothing is lost.
    runGit(cwd, 'branch', 'kept', runGit(path, 'rev-parse', 'HEAD'));
    await close(probe, id);
    await gone(probe, id);
    const over = async () => (await past(probe)).sessions.find((one) => one.id === id)?.worktree;
    await eventually(async () => !(await over())?.dirty, { what: 'no mark of what is committed now' });
    assert.deepEqual(await over(), {
      branch,
      path,
      repository: 'work',
    });
    // git says nothing of it, and removes it with the rest.
    writeFileSync(join(cwd, '.git', 'info', 'exclude'), '*.env\n');
    writeFileSync(join(path, 'keys.env'), '');
    await assert.rejects(remove(probe, id), code('worktree_dirty', /what git ignores \(keys\.env\)/));
    rmSync(join(path, 'keys.env'));
    await remove(probe, id);
    assert.ok(!existsSync(path));
    assert.equal((await past(probe)).sessions.find((one) => one.id === id)?.worktree, undefined);
    await assert.rejects(remove(probe, id), code('worktree_failed'));
    await assert.rejects(reopen(probe, id), code('folder_missing'));

    const other = await begin(probe, { spawn: 'worktree', name: 'Other' });
    const tree = await worktreeOf(probe, other);
    const turn = ask(probe, other, 'wait');
    await eventually(() => row(probe, other)?.state === 'working', { what: 'a turn' });
    await assert.rejects(remove(probe, other), code('worktree_dirty', /still works/));
    writeFileSync(join(tree.path, 'lost.txt'), '');
    await remove(probe, other, true);
    await turn.catch(() => {});
    assert.ok(!existsSync(tree.path));
    assert.ok(!row(probe, other));
  });

  it('H15: a session is closed, stays to be read, and is opened again with what was said in it (C18, S7)', async () => {
    const test = await start();
    const probe = await phone(test);
    const id = await begin(probe, { name: 'Mine' });
    await ask(probe, id, 'write a.txt a');
    await close(probe, id);
    await close(probe, id);
    await gone(probe, id);
    assert.equal((await past(probe)).sessions.find((one) => one.id === id)?.title, 'Mine');
    const before = await probe.resume(id, { tail: 50 });
    await Promise.all([reopen(probe, id), reopen(probe, id)]);
    await rowOf(probe, id);
    assert.equal(probe.state?.sessions.filter((one) => one.id === id).length, 1);
    assert.ok((await probe.resume(id, { tail: 50 })).head.seq > before.head.seq);
    await ask(probe, id, 'write b.txt b');
    assert.ok(existsSync(join(test.ports.cwd, 'b.txt')));

    const empty = await begin(probe);
    await close(probe, empty);
    assert.ok(
      (await past(probe)).sessions.every((one) => one.id !== empty),
      'nothing was asked in it',
    );
    await reopen(probe, empty);
    await rowOf(probe, empty);
    await assert.rejects(close(probe, 'nobody'), code('session_unknown'));
    await assert.rejects(reopen(probe, 'nobody'), code('session_unknown'));
  });

  it('H18: with so many open, or where one session alone is shared, a further one is refused and told why (C18)', async () => {
    const test = await start({ capacity: 2 });
    const probe = await phone(test);
    const first = probe.state!.sessions[0]!.id;
    const second = await begin(probe);
    assert.deepEqual(probe.state?.spawn?.capacity, 2);
    await assert.rejects(begin(probe), code('session_limit', /2 sessions are open/));
    await close(probe, second);
    const tries = await Promise.allSettled([begin(probe), begin(probe), begin(probe)]);
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1, 'at the same time, too');
    await assert.rejects(reopen(probe, second), code('session_limit'));

    await assert.rejects(
      probe.request(methods.sessionSpawn, { mode: 'session' }),
      code('scope_insufficient'),
    );
    await test.host.newSessions!.setSpawn('session');
    await eventually(() => probe.state?.spawn?.mode === 'session', { what: 'the mode' });
    await assert.rejects(begin(probe, { spawn: 'worktree' }), code('session_limit', /one session/));
    await assert.rejects(
      probe.request(methods.sessionSpawn, { mode: 'same-dir' }),
      code('scope_insufficient'),
    );
    for (const { id } of [...probe.state!.sessions]) await close(probe, id);
    await eventually(() => probe.state?.sessions.length === 0, { what: 'no session' });
    await reopen(probe, first).catch(() => begin(probe));
    await assert.rejects(begin(probe), code('session_limit'));

    await test.host.newSessions!.setSpawn('same-dir');
    await probe.request(methods.sessionSpawn, { mode: 'worktree' });
    const own = await begin(probe);
    assert.ok((await rowOf(probe, own)).worktree, 'the mode is that of new sessions');
  });

  it('H22: one that is asked for again is the same, at once, on another connection and after a restart (C18)', async () => {
    const test = await start({ capacity: 3 });
    const probe = await phone(test);
    const [device] = devices;
    const id = 'wished-by-a-phone';
    const wish = { id, spawn: 'worktree' as const, name: 'Once' };
    const trees = () => readdirSync(join(test.ports.machineFolder, 'worktrees')).length;
    const anew = () => {
      device!.dispose();
      device!.probe = undefined;
      return device!.connect();
    };
    const [one, two] = await Promise.all([begin(probe, wish), begin(probe, wish)]);
    assert.equal(one, two);
    await rowOf(probe, one);
    assert.equal(probe.state?.sessions.length, 2);
    const before = trees();
    const again = await anew();
    assert.equal(await begin(again, wish), one);
    assert.notEqual(await begin(again, { id: 'another' }), one);
    assert.equal(await begin(again, wish), one, 'also where there is no room');

    await test.host.suspend();
    await test.host.start();
    const later = await anew();
    assert.equal(await begin(later, wish), one);
    assert.equal((await rowOf(later, one)).title, 'Once');
    assert.equal(later.state?.sessions.length, 3);
    assert.equal(trees(), before);

    await close(later, one);
    assert.equal(await begin(later, wish), one, 'it is over, and no other');
    assert.ok(!row(later, one));
  });

  it('H14: what can be chosen is told; other agents, folders and devices without the scope are refused (C18)', async () => {
    const outside = tempFolder('outside');
    const shared = tempFolder('shared');
    const test = await start({ folders: [shared] });
    const probe = await phone(test);
    const choices = choicesResult.parse(await probe.request(methods.sessionChoices, {}));
    assert.deepEqual(choices.agents[0], { name: 'several', title: 'several', available: true });
    assert.ok(choices.agents.some(({ name }) => name === 'demo'));
    assert.deepEqual(
      choices.folders.map(({ path, git }) => ({ path, git })),
      [
        { path: test.ports.cwd, git: true },
        { path: shared, git: false },
      ],
    );
    assert.deepEqual(choices.spawn, { mode: 'same-dir', capacity: limits.openSessions, open: 1 });

    symlinkSync(outside, join(shared, 'out'));
    mkdirSync(join(shared, 'in'));
    const { cwd } = test.ports;
    const inside = await begin(probe, { folder: join(shared, 'in') });
    assert.equal((await rowOf(probe, inside)).cwd, realpathSync(join(shared, 'in')));
    const sub = await begin(probe, { folder: join(cwd, 'src'), spawn: 'worktree' });
    assert.ok((await rowOf(probe, sub)).cwd.endsWith(join('/', 'src')));
    const elsewhere = [outside, '/', `${cwd}/../..`, join(shared, 'out'), `//${shared}`, '\\\\server\\share'];
    for (const folder of [...elsewhere, `${shared}/%2e%2e/%2e%2e`, 'src', `${cwd}\0`])
      await assert.rejects(begin(probe, { folder }), code('path_not_allowed'), folder);
    await assert.rejects(begin(probe, { folder: join(cwd, 'missing') }), code('folder_missing'));
    await assert.rejects(begin(probe, { folder: shared, spawn: 'worktree' }), code('worktree_failed'));
    await assert.rejects(begin(probe, { agent: 'nobody' }), code('agent_missing'));
    const reader = await phone(test, 'answer');
    for (const method of [
      methods.sessionChoices,
      methods.sessionNew,
      methods.sessionClose,
      methods.worktreeRemove,
    ])
      await assert.rejects(reader.request(method, { sessionId: inside }), code('scope_insufficient'));
    const trees = join(test.ports.machineFolder, 'worktrees');
    assert.equal(readdirSync(trees).length, 1, 'what was refused made nothing');
  });

  it('W11: a prompt that links to what is not shared is refused, and neither journal nor agent has it', async () => {
    const outside = tempFolder('outside');
    writeFileSync(join(outside, 'secret.txt'), 'x');
    const test = await start();
    const probe = await phone(test);
    const { cwd } = test.ports;
    symlinkSync(outside, join(cwd, 'out'));
    const id = await begin(probe);
    const { href } = pathToFileURL(cwd);
    const uris = [
      pathToFileURL(join(outside, 'secret.txt')).href,
      `${href}/out/secret.txt`,
      `${href}/../${basename(outside)}/secret.txt`,
      `${href}/%2e%2e/${basename(outside)}/secret.txt`,
      `${href}/..%2f${basename(outside)}%2fsecret.txt`,
      'file://server/share/secret.txt',
      join(outside, 'secret.txt'),
    ];
    const link = (uri: string, text: string) =>
      probe.request('session/prompt', {
        sessionId: id,
        prompt: [
          { type: 'text', text },
          { type: 'resource_link', name: 'a file', uri },
        ],
      });
    for (const uri of uris)
      await assert.rejects(link(uri, 'write taken.txt taken'), code('path_not_allowed'), uri);
    // What is shared goes through, after all of those.
    await link(`${href}/readme.txt`, 'write given.txt given');
    assert.ok(existsSync(join(cwd, 'given.txt')));
    assert.ok(!existsSync(join(cwd, 'taken.txt')));
    const journal = join(test.ports.machineFolder, 'sessions', id);
    const kept = readdirSync(journal, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [readFileSync(join(journal, entry.name), 'utf8')] : [],
    );
    assert.ok(kept.some((text) => text.includes('given.txt')));
    assert.ok(!kept.some((text) => text.includes('secret.txt')));
  });
});

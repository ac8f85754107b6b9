/** `--continue`, `--resume` and `offdesk sessions`: an earlier session goes on from the command line. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliHost, cliEnvironment } from '../support/cli-host.ts';
import { cliPath, root } from '../support/paths.ts';
import { run } from '../support/processes.ts';
import type { ProbeClient } from '../support/probe-client.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestDevice } from '../support/test-device.ts';
import { eventually } from '../support/wait.ts';

interface Listed {
  id: string;
  agentSession?: string;
  title: string;
  cwd: string;
  agent: string;
  open: boolean;
}

const remembering = join(root, 'test', 'integration', 'host', 'remembering-agent.mjs');

describe('S9: an earlier session on the command line', function () {
  this.timeout(180_000);
  let home: string;
  let cwd: string;
  const hosts: CliHost[] = [];
  const phones: TestDevice[] = [];

  beforeEach(() => {
    home = tempFolder('od-home');
    cwd = tempFolder('od-ws');
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) phone.dispose();
    for (const host of hosts.splice(0)) await host.stop();
  });

  function host(args: string[], folder = cwd): CliHost {
    const made = new CliHost({ home, cwd: folder, args });
    hosts.push(made);
    return made;
  }

  /** A phone in the one session that is open there. */
  async function follow(served: CliHost): Promise<{ probe: ProbeClient; id: string }> {
    const phone = new TestDevice();
    phones.push(phone);
    const link = await served.ready();
    const paired = phone.pair(link, { name: 'Pixel' });
    await served.event('pairing');
    served.say('y');
    await paired;
    const probe = await phone.connect();
    const session = await eventually(() => probe.state?.sessions[0], { what: 'the session' });
    await probe.resume(session.id, { tail: 50 });
    return { probe, id: session.id };
  }

  /** A session with this prompt in it, which is over. */
  async function said(prompt: string, ...args: string[]): Promise<string> {
    const served = host(args);
    const { probe, id } = await follow(served);
    await probe.prompt(id, `prompt-${prompt}`, prompt);
    await served.stop();
    return id;
  }

  async function listed(...args: string[]): Promise<Listed[]> {
    const { stdout } = await run(process.execPath, [cliPath, 'sessions', '--json', ...args], {
      env: cliEnvironment(home),
    });
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Listed);
  }

  const prompts = ({ facts }: ProbeClient): string[] =>
    facts.flatMap(({ event }) =>
      event?.type === 'prompt_received' ? [String(event.prompt[0]?.['text'])] : [],
    );

  it('L18, L19: the newest of the folder, or one by its id; the list names them all', async () => {
    const first = await said('one');
    const second = await said('two');
    assert.deepEqual(
      (await listed('--cwd', cwd)).map(({ id, title, agent, open }) => [id, title, agent, open]),
      [
        [second, 'two', 'Demo agent', false],
        [first, 'one', 'Demo agent', false],
      ],
    );
    assert.deepEqual(await listed('--cwd', home), []);
    const newest = host(['--continue']);
    const continued = await follow(newest);
    assert.equal(continued.id, second);
    await eventually(() => prompts(continued.probe).join() === 'two', { what: 'what was said in it' });
    assert.equal((await continued.probe.prompt(second, 'prompt-more', '/text')).stopReason, 'end_turn');
    await newest.stop();

    const named = host(['--resume', first]);
    const resumed = await follow(named);
    assert.equal(resumed.id, first);
    await eventually(() => prompts(resumed.probe).join() === 'one', { what: 'what was said in it' });
    await named.stop();
    assert.deepEqual(
      (await listed()).map(({ id }) => id),
      [first, second],
    );
  });

  it('L18: one that the agent alone knows, by the agent’s id; one that it cannot open ends it', async () => {
    const agent = ['--agent-command', `'${process.execPath}' '${remembering}'`];
    const served = host(['--resume', 'old-1', ...agent]);
    const { probe, id } = await follow(served);
    assert.equal(probe.state?.sessions.length, 1);
    await probe.fact('what was said there', ({ update }) => JSON.stringify(update).includes('what was said'));
    await probe.prompt(id, 'prompt-more', 'more');
    await served.stop();
    assert.deepEqual(
      (await listed()).map((one) => [one.id, one.agentSession]),
      [[id, 'old-1']],
    );
    // From now on it is Offdesk's, by either id.
    const again = host(['--resume', 'old-1', ...agent]);
    assert.equal((await follow(again)).id, id);
    await again.stop();

    const broken = host(['--resume', 'broken', ...agent]);
    await broken.event('error');
    assert.notEqual((await broken.process.waitForExit()).code, 0);
    assert.equal((await listed()).length, 1);
  });

  it('L18: one that is unknown ends it with code 7 and the newest of the folder; nobody was asked in', async () => {
    const id = await said('/text');
    const unknown = host(['--resume', 'nothing-like-it']);
    const error = await unknown.event('error');
    assert.equal(error.code, 'session_unknown');
    assert.ok(String(error.next).includes(id), String(error.next));
    assert.equal((await unknown.process.waitForExit()).code, 7);
    assert.deepEqual(unknown.events('ready'), []);

    const other = join(cwd, 'other');
    mkdirSync(other);
    const elsewhere = host(['--resume', id], other);
    assert.ok(String((await elsewhere.event('error')).message).includes(cwd));
    assert.equal((await elsewhere.process.waitForExit()).code, 7);
    const none = host(['--continue'], other);
    assert.equal((await none.event('error')).code, 'session_unknown');
    assert.equal((await none.process.waitForExit()).code, 7);
    assert.deepEqual(
      (await listed()).map((one) => one.id),
      [id],
    );
  });
});

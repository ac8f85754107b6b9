/** Every way in which it can go wrong, on the phone's page and at the command line: a code, a sentence, a next step. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { decodeInvite, encodeInvite } from '../../src/channel/invite.ts';
import { badAgent, type BadAgent } from '../support/bad-agents.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost, cliEnvironment, type CliEvent, type CliHostOptions } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { alertText, askToPair, log, pairPhone, says, send } from '../support/phone-steps.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { freePort } from '../support/ports.ts';
import { start, type TestProcess } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';

describe('cli errors', function () {
  this.timeout(180_000);
  let browser: TestBrowser;
  const hosts: CliHost[] = [];
  const phones: Phone[] = [];
  const others: TestProcess[] = [];

  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
  });
  after(async () => browser?.close());
  afterEach(async () => {
    for (const phone of phones.splice(0)) {
      assert.deepEqual(phone.log.exceptions, []);
      await phone.close();
    }
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
    await Promise.all(others.splice(0).map((other) => other.stop()));
  });

  function host(options: CliHostOptions = {}): CliHost {
    const started = new CliHost(options);
    hosts.push(started);
    return started;
  }

  async function phone(): Promise<Phone> {
    const opened = await openPhone(browser.browser, { pictures: 'cli' });
    phones.push(opened);
    return opened;
  }

  function bad(name: BadAgent): string[] {
    const { command, args } = badAgent(name);
    return ['--agent-command', [command, ...args].join(' ')];
  }

  /** The command line without `--json`, its output read as a person would. */
  function plain(
    args: string[],
    { home = tempFolder('od-home'), env }: { home?: string; env?: Record<string, string | undefined> } = {},
  ): TestProcess {
    const process_ = start(process.execPath, [cliPath, ...args], {
      cwd: tempFolder('od-ws'),
      env: { ...cliEnvironment(home), ...env },
    });
    others.push(process_);
    return process_;
  }

  /** An agent that was just starting is killed with its host, and is gone a moment later. */
  async function nothingLeft({ process }: CliHost): Promise<void> {
    await eventually(() => process.leftovers().length === 0, { what: 'nothing to be left' });
  }

  /** What happened, and what to do: two sentences in a person's words. */
  function isHuman(error: CliEvent | { message?: unknown; next?: unknown }, about: RegExp): void {
    const { message, next } = error as { message: string; next: string };
    assert.match(message, /^\S+ .*[.!]$/s, message);
    assert.match(next, /^[A-Z].*[.!]$/s, next);
    assert.match(`${message} ${next}`, about);
    assert.doesNotMatch(`${message} ${next}`, /undefined|\[object|Error:|\bat .+:\d+:\d+/);
  }

  describe('pairing', () => {
    it('E1: a link that was cut off is invite_invalid', async () => {
      const desk = host();
      const url = await desk.ready();
      const mine = await phone();
      await mine.open(url.slice(0, -9));
      await mine.page.getByRole('alert').getByText('not a complete Offdesk invite').waitFor();
      await mine.page.getByRole('alert').getByText('copy the whole link').waitFor();
      await mine.picture('error-cut-off');
      assert.equal(desk.events('pairing').length, 0);
    });

    it('E2: a link with another secret opens nothing: invite_expired, and the desk hears nothing', async () => {
      const desk = host();
      const invite = decodeInvite(await desk.ready());
      const secret = invite.secret.map((byte) => byte ^ 1);
      const mine = await phone();
      await mine.open(encodeInvite(invite.relay, { ...invite, secret }));
      assert.match(await alertText(mine.page, 'invite_expired'), /New QR code|new/);
      await mine.picture('error-expired');
      assert.equal(desk.events('pairing').length, 0);
    });

    it('E3: a link that a newer one replaced is invite_expired', async () => {
      const desk = host();
      const first = await desk.ready();
      await desk.invite();
      const mine = await phone();
      await mine.open(first);
      await alertText(mine.page, 'invite_expired');
    });

    it('E4: a link that served already is invite_used, and the desk is warned', async () => {
      const desk = host();
      const url = await desk.ready();
      await pairPhone(await phone(), desk, url);
      const late = await phone();
      await late.open(url);
      assert.match(await alertText(late.page, 'invite_used'), /works once.*scan/s);
      await late.picture('error-used');
      const { message } = await desk.event('notice', ({ code }) => code === 'invite_used');
      assert.match(String(message), /again/);
    });

    it('E5: a denied pairing is pairing_denied, and the link is used up', async () => {
      const desk = host();
      const url = await desk.ready();
      const mine = await phone();
      await askToPair(mine, desk, url);
      desk.say('n');
      assert.match(await alertText(mine.page, 'pairing_denied'), /Deny was chosen.*scan a new QR code/s);
      await mine.picture('error-denied');
      assert.equal(desk.events('paired').length, 0);
      desk.say('y');
      const error = await desk.event('error');
      assert.equal(error.code, 'pairing_denied');
      isHuman(error, /no longer waits/);
    });

    it('E6: two phones with one link are both refused, and the desk is warned', async () => {
      const desk = host();
      const url = await desk.ready();
      const [first, second] = [await phone(), await phone()];
      await askToPair(first, desk, url);
      await second.open(url);
      for (const page of [first.page, second.page])
        assert.match(await alertText(page, 'invite_contested'), /neither was let in.*new QR code/s);
      await first.picture('error-contested');
      const { message } = await desk.event('notice', ({ code }) => code === 'invite_contested');
      assert.match(String(message), /Two devices/);
      desk.say('y');
      assert.equal((await desk.event('error')).code, 'pairing_denied');
      assert.equal(desk.events('paired').length, 0);
    });

    it('E7: a computer that is not there is host_offline or relay_unreachable, and the same link works when it is', async () => {
      const port = String(await freePort());
      const desk = host({ args: ['--port', port] });
      const url = await desk.ready();
      const mine = await phone();
      // The page is open before the computer goes.
      await mine.open(new URL('./', url).href);
      await desk.stop();
      await mine.page.evaluate((link) => (location.hash = new URL(link).hash), url);
      const alert = mine.page.locator('[role=alert][data-code]');
      await alert.waitFor();
      assert.match((await alert.getAttribute('data-code')) ?? '', /^(relay_unreachable|host_offline)$/);
      assert.match(await alert.innerText(), /link was kept/);
      await mine.page.getByRole('button', { name: 'Try again' }).waitFor();
      await mine.picture('error-unreachable');
    });

    it('E8: a phone that the computer no longer knows is told so, and how to come back', async () => {
      const port = String(await freePort());
      const first = host({ args: ['--port', port, '--name', 'Test desk'] });
      const mine = await phone();
      await pairPhone(mine, first, await first.ready());
      await first.stop();
      rmSync(join(first.home, '.offdesk', 'devices.json'));
      const second = host({ args: ['--port', port, '--name', 'Test desk'], home: first.home });
      assert.match(await alertText(mine.page, 'device_unknown'), /does not know this device.*Pair it again/s);
      await mine.picture('error-unknown-device');
      await mine.page.getByRole('button', { name: 'Pair again' }).click();
      await pairPhone(mine, second, await second.invite());
    });

    it('E8: a phone of a computer that was set up anew is told that it is refused, and can pair again', async () => {
      const port = String(await freePort());
      const first = host({ args: ['--port', port] });
      const mine = await phone();
      await pairPhone(mine, first, await first.ready());
      await first.stop();
      // Another identity at the same address: the phone's ticket is nothing there.
      const second = host({ args: ['--port', port] });
      const url = await second.ready();
      const alert = mine.page.getByRole('alert').filter({ hasText: 'does not accept this device' });
      await alert.waitFor({ timeout: 60_000 });
      await mine.picture('error-other-identity');
      assert.equal(second.events('connected').length, 0);
      await alert.getByRole('button', { name: 'Pair again' }).click();
      await pairPhone(mine, second, url);
    });
  });

  describe('agents', () => {
    /** The host stays on; the phone pairs and sees why. */
    async function shownEverywhere(desk: CliHost, code: string, about: RegExp): Promise<Phone> {
      const error = await desk.event('error', (event) => event.code === code);
      isHuman(error, about);
      const url = (desk.events('ready')[0]?.url as string | undefined) ?? (await desk.ready());
      const mine = await phone();
      await pairPhone(mine, desk, url);
      const alert = mine.page.getByRole('alert').filter({ hasText: about });
      await alert.waitFor();
      assert.ok((await alert.innerText()).includes(String(error.next)));
      await mine.picture(`error-${code}`);
      return mine;
    }

    it('E9: one that is not installed is agent_missing everywhere, with how to install it', async () => {
      const desk = host({ args: ['--agent', 'claude'], env: { PATH: '/nowhere' } });
      await shownEverywhere(desk, 'agent_missing', /Claude Code is not installed.*npm install -g/s);
    });

    it('E10: one that is logged out is agent_login_required everywhere, with how to log in', async () => {
      const desk = host({ args: bad('login') });
      const mine = await shownEverywhere(desk, 'agent_login_required', /not logged in.*Log in/s);
      // The next prompt tries again, and says the same.
      await send(mine.page, 'hello');
      await says(mine.page, /not logged in/);
    });

    it('E11: one that prints garbage is agent_garbage everywhere', async () => {
      const desk = host({ args: bad('garbage') });
      await shownEverywhere(desk, 'agent_garbage', /does not speak the Agent Client Protocol.*--acp/s);
    });

    it('E12: one that ends at once is agent_exited everywhere, with its last words', async () => {
      const script = join(tempFolder(), 'agent.mjs');
      writeFileSync(script, `console.error('\\u001b[31mno model configured\\u001b[0m'); process.exit(4);\n`);
      const desk = host({ args: ['--agent-command', `${process.execPath} ${script}`] });
      await shownEverywhere(desk, 'agent_exited', /code 4\. It said: no model configured\.\s*Send a prompt/);
    });

    it('E12: one that does not answer holds up nothing: a phone pairs and sees that it starts', async () => {
      const desk = host({ args: bad('silent') });
      const mine = await phone();
      await pairPhone(mine, desk, await desk.ready());
      await mine.page.getByText('starting', { exact: true }).waitFor();
      await mine.picture('agent-starting');
      assert.equal((await desk.stop()).code, 0);
    });

    it('E13: one that crashes in a turn: interrupted, with why, and the next prompt starts it again', async () => {
      const desk = host({ args: bad('crash') });
      const mine = await phone();
      await pairPhone(mine, desk, await desk.ready());
      await send(mine.page, 'first');
      await says(mine.page, 'I was about to');
      await says(mine.page, /interrupted/);
      await says(mine.page, /ended with code 3\. It said: the bad agent crashes now/);
      await mine.picture('error-crash');
      const error = await desk.event('error');
      assert.equal(error.code, 'agent_exited');
      isHuman(error, /code 3.*Send a prompt to start it again/s);
      await send(mine.page, 'second');
      await eventually(async () => (await log(mine.page).innerText()).split('I was about to').length === 3, {
        what: 'the agent to be started again',
      });
    });

    it('E14: one that prints garbage in a turn goes on; what it says around it is there', async () => {
      const desk = host({ args: bad('garbage-mid-turn') });
      const mine = await phone();
      await pairPhone(mine, desk, await desk.ready());
      await send(mine.page, 'go');
      await says(mine.page, 'So far so good.');
      await mine.page.getByRole('button', { name: 'Stop', exact: true }).click();
      assert.equal((await desk.stop()).code, 0);
    });

    it('E15: one whose line never ends is agent_garbage, and the turn is over', async () => {
      const desk = host({ args: bad('huge-line') });
      const mine = await phone();
      await pairPhone(mine, desk, await desk.ready());
      await send(mine.page, 'go');
      await says(mine.page, /interrupted/);
      isHuman(await desk.event('error', ({ code }) => code === 'agent_garbage'), /Agent Client Protocol/);
    });

    it('E16: a name that nobody knows ends with code 2 and the names that there are', async () => {
      const desk = host({ args: ['--agent', 'nobody'] });
      isHuman(await desk.event('error'), /No agent is called nobody.*claude.*demo/s);
      assert.equal((await desk.process.waitForExit()).code, 2);
      assert.equal(desk.events('error').length, 1, 'it is said once');
      const words = plain(['remote-control', '--agent', 'nobody']);
      assert.equal((await words.waitForExit()).code, 2);
      assert.match(words.stderr.text, /^offdesk: No agent is called nobody\. Use one of: claude/m);
    });
  });

  describe('relay', () => {
    const relayAt = (port: number, env: Record<string, string> = {}): TestProcess =>
      plain(['relay', '--port', String(port), '--public-url', `http://127.0.0.1:${port}/`], { env });

    it('E17: one that is down is named, tried again, and recovered from without a hand', async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const desk = host({ args: ['--relay', url] });
      const error = await desk.event('error');
      assert.equal(error.code, 'relay_unreachable');
      isHuman(error, /Check that the relay runs/);
      const words = plain(['remote-control', '--agent', 'demo', '--relay', url]);
      await words.stdout.waitForLine((line) => line.includes('Check that the relay runs'));
      const relay = relayAt(port);
      await relay.stdout.waitForLine((line) => line.includes('listens'));
      const mine = await phone();
      await pairPhone(mine, desk, await desk.ready());
      assert.equal(desk.events('error').length, 1, 'it is said once, not at every try');
      assert.deepEqual(
        desk.events('status').map(({ state }) => state),
        ['starting', 'reconnecting', 'on'],
      );
      await words.stop('SIGINT');

      // It goes and comes again under a phone that is connected.
      await relay.stop();
      await desk.event('disconnected', ({ what }) => what === 'relay');
      await mine.page.getByRole('status').filter({ hasText: 'reconnecting since' }).waitFor();
      const again = relayAt(port);
      await again.stdout.waitForLine((line) => line.includes('listens'));
      await mine.page
        .getByRole('status')
        .filter({ hasText: /^connected\b/ })
        .waitFor({ timeout: 90_000 });
    });

    it('E18: a wrong registration token is relay_refused with exit code 5', async () => {
      const port = await freePort();
      const relay = relayAt(port, { OFFDESK_REGISTRATION_TOKEN: 'right' });
      await relay.stdout.waitForLine((line) => line.includes('listens'));
      const url = `http://127.0.0.1:${port}/`;
      for (const token of [undefined, 'wrong']) {
        const env = { OFFDESK_REGISTRATION_TOKEN: token };
        const desk = host({ args: ['--relay', url], env });
        const error = await desk.event('error');
        assert.equal(error.code, 'relay_refused');
        isHuman(error, /registration token.*Enter the token/s);
        assert.equal((await desk.process.waitForExit()).code, 5);
        await nothingLeft(desk);
      }
      const words = plain(['remote-control', '--agent', 'demo', '--relay', url]);
      assert.equal((await words.waitForExit()).code, 5);
      assert.match(words.stderr.text, /^offdesk: The relay did not accept the registration token\. Enter/m);
    });

    it('E19: what answers there is no relay: relay_unreachable, with what to check', async () => {
      const server = createWebServer((_, response) => response.end('a web page'));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as { port: number };
        const desk = host({ args: ['--relay', `http://127.0.0.1:${port}/`] });
        const error = await desk.event('error');
        assert.equal(error.code, 'relay_unreachable');
        isHuman(error, /Check/);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  });

  describe('machine', () => {
    it('E20: a port that is taken is port_taken with exit code 4, and nothing is left', async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as { port: number };
        const desk = host({ args: ['--port', String(port)] });
        const error = await desk.event('error');
        assert.equal(error.code, 'port_taken');
        isHuman(error, new RegExp(`Port ${port}.*in use.*--port`, 's'));
        assert.equal((await desk.process.waitForExit()).code, 4);
        assert.equal(desk.events('error').length, 1, 'it is said once');
        await nothingLeft(desk);
        const words = plain(['remote-control', '--agent', 'demo', '--port', String(port)]);
        assert.equal((await words.waitForExit()).code, 4);
        assert.match(words.stderr.text, /^offdesk: Port \d+ .* in use/m);
        const relay = plain(['relay', '--port', String(port)]);
        assert.equal((await relay.waitForExit()).code, 4);
        assert.match(relay.stderr.text, /^offdesk: Port \d+ is in use by another program\. Stop/m);
      } finally {
        server.close();
      }
    });

    it('E21: a second host on the machine is host_locked with exit code 3, and the first one runs on', async () => {
      const first = host({ args: ['--name', 'Test desk'] });
      const url = await first.ready();
      const second = host({ home: first.home });
      const error = await second.event('error');
      assert.equal(error.code, 'host_locked');
      isHuman(error, /already runs on this computer, in Test desk, folder .*Stop it there first/s);
      assert.equal((await second.process.waitForExit()).code, 3);
      const words = plain(['remote-control', '--agent', 'demo'], { home: first.home });
      assert.equal((await words.waitForExit()).code, 3);
      assert.match(words.stderr.text, /^offdesk: Remote control already runs on this computer/m);
      await pairPhone(await phone(), first, url);
    });

    it('E22: wrong use is exit code 2 with a sentence', async () => {
      const cases: [string[], RegExp][] = [
        [['remote-control', '--port', 'many'], /A port is a number from 0 to 65535/],
        [['remote-control', '--nonsense'], /unknown option '--nonsense'/],
        [['remote-control', '--agent', 'demo', '--agent-command', 'x'], /cannot be used with/],
        [['remote-control', '--lan', '--relay', 'https://relay.example.org'], /cannot be used with/],
        [['remote-control', '--cwd', '/no/such/folder'], /\/no\/such\/folder is no folder\. Name one/],
        [['remote-control', '--agent-command', '"open'], /not complete\. Write it as/],
        [['remote-control', '--relay', 'http://relay.example.org'], /not protected.*Use https/s],
        [['remote-control', '--public-url', 'ftp://x'], /does not begin with https:\/\//],
        [['relay', '--tls-cert', 'x.pem'], /Give both --tls-cert and --tls-key/],
        [['relay', '--tls-cert', 'x.pem', '--tls-key', 'y.pem'], /x\.pem can't be read/],
        [['nonsense'], /unknown command/],
      ];
      for (const [args, says] of cases) {
        const words = plain(args);
        assert.equal((await words.waitForExit()).code, 2, words.output);
        assert.match(words.stderr.text, says);
        assert.doesNotMatch(words.stderr.text, /^\s+at /m);
      }
    });

    it('E23: a line that is not understood is answered, and nothing happens', async () => {
      const desk = host();
      await desk.ready();
      for (const line of ['yes', 'y everything', 'revoke', 'revoke no-such-device', '{"do":"it"}']) {
        desk.say(line);
        isHuman(await desk.event('error'), /./);
      }
      assert.equal(desk.process.exit, undefined);
      desk.say('quit');
      assert.equal((await desk.process.waitForExit()).code, 0);
    });

    it('E24: without standard input it runs on, and ends by a signal', async () => {
      const desk = host();
      await desk.ready();
      desk.process.stdin.end();
      const mine = await phone();
      await mine.open(desk.events('ready')[0]?.url as string);
      await desk.event('pairing');
      assert.deepEqual(await desk.stop(), { code: 0, signal: null });
    });
  });
});

/** Tunnels that Offdesk runs, against stand-ins that speak the programs' documented output, over the real embedded relay. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { delimiter, join } from 'node:path';
import { OffdeskError } from '../../../src/base/error.ts';
import type { DiagnosePorts } from '../../../src/host/diagnose/check.ts';
import { tunnelCheck } from '../../../src/host/diagnose/tunnel-check.ts';
import type { HostStatus, ReachKind } from '../../../src/protocol/host-status.ts';
import {
  isAlive,
  quickHosts,
  standIns,
  tailnetHost,
  type StandIns,
  type TailscaleMode,
} from '../../support/tunnels.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { eventually, within } from '../../support/wait.ts';

const quick = quickHosts.map((host) => `https://${host}/`);

describe('tunnels that Offdesk runs', function () {
  this.timeout(60_000);
  const started: TestHost[] = [];
  afterEach(async () => {
    for (const one of started.splice(0)) await one.host.stop();
  });

  async function hostWith(
    programs: StandIns,
    reach: 'computer' | 'tailscale' = 'computer',
  ): Promise<TestHost> {
    const one = await testHost({ reach }, { terminalPath: () => programs.path });
    started.push(one);
    await one.host.start({ agent: false });
    return one;
  }

  function tunnelIs(
    { host }: TestHost,
    state: NonNullable<HostStatus['tunnel']>['state'],
    url?: string,
  ): Promise<NonNullable<HostStatus['tunnel']>> {
    const is = () =>
      host.status.tunnel?.state === state && (url === undefined || host.status.tunnel.url === url)
        ? host.status.tunnel
        : undefined;
    return eventually(is, { what: `the tunnel ${state} ${url ?? ''}` });
  }

  /** As it is told, since it is started again before long: who looks now and then may miss it. */
  function nextEnd({ host }: TestHost): Promise<NonNullable<HostStatus['tunnel']>> {
    const told = new Promise<NonNullable<HostStatus['tunnel']>>((resolve) => {
      host.onStatus(({ tunnel }) => {
        if (tunnel?.state === 'ended') resolve(tunnel);
      });
    });
    return within(told, 30_000, 'the end of the tunnel');
  }

  it('H40: the chooser offers a program that is installed, and none that is not', async () => {
    const kinds = async (programs: StandIns) =>
      (await hostWith(programs)).host.status.reachOptions.map(({ kind }) => kind);
    const both: ReachKind[] = ['tailscale', 'cloudflared'];
    assert.deepEqual(
      (await kinds(standIns())).filter((kind) => both.includes(kind)),
      both,
    );
    assert.deepEqual(
      (await kinds(standIns(['cloudflared']))).filter((kind) => both.includes(kind)),
      ['cloudflared'],
    );
    assert.deepEqual(
      (await kinds(standIns([]))).filter((kind) => both.includes(kind)),
      [],
    );
  });

  it('H41: by the address that the program gave a phone gets in, by no other; after Stop nothing runs', async () => {
    const programs = standIns();
    const one = await hostWith(programs);
    const { port } = one.settings;
    assert.equal(await ask(port, quickHosts[0]!), 421, 'not before it runs');
    await one.host.chooseReach('cloudflared');
    await tunnelIs(one, 'running', quick[0]);
    const { reach } = one.host.status;
    assert.deepEqual(
      [reach?.kind, reach?.url, reach?.phoneCanOpen, reach?.protectedPage],
      ['cloudflared', quick[0], true, true],
    );
    const invite = await eventually(() => one.host.status.invite, { what: 'an invite' });
    assert.ok(invite.url.startsWith(quick[0]!) && invite.qr !== null);
    assert.equal(await ask(port, quickHosts[0]!), 200);
    assert.equal(await ask(port, quickHosts[0]!, `https://${quickHosts[0]}`), 200);
    assert.equal(await ask(port, `127.0.0.1:${port}`), 200);
    for (const other of [
      quickHosts[1]!,
      'trycloudflare.com',
      `x.${quickHosts[0]}`,
      `${quickHosts[0]}.evil.example`,
    ])
      assert.equal(await ask(port, other), 421, other);
    for (const origin of ['https://evil.example', `https://${quickHosts[1]}`, 'null'])
      assert.equal(await ask(port, quickHosts[0]!, origin), 403, origin);
    const [run] = programs.runs('cloudflared');
    assert.ok(run);
    assert.ok(run.args.includes(`http://127.0.0.1:${port}`) && run.args.includes('--no-autoupdate'));
    await one.host.stop();
    assert.equal(isAlive(run.pid), false);
    assert.equal(one.host.status.tunnel ?? null, null);
  });

  it('H41: a program that does not end when it is asked to is ended', async () => {
    const programs = standIns();
    programs.cloudflared('stubborn');
    const one = await hostWith(programs);
    await one.host.chooseReach('cloudflared');
    await tunnelIs(one, 'running');
    await one.host.stop();
    assert.equal(isAlive(programs.runs('cloudflared')[0]!.pid), false);
  });

  it('H42: Tailscale serves on a port that is chosen once; what others have it serve stays as it is', async () => {
    const programs = standIns();
    programs.serves({ TCP: { 443: { HTTPS: true } } });
    const one = await hostWith(programs);
    await one.host.chooseReach('tailscale');
    const address = `https://${tailnetHost}:8443/`;
    await tunnelIs(one, 'running', address);
    assert.equal(await ask(one.settings.port, `${tailnetHost}:8443`), 200);
    assert.equal(await ask(one.settings.port, `evil.${tailnetHost}`), 421);
    assert.equal(programs.sessions().length, 1);
    await one.host.stop();
    assert.equal(programs.sessions().length, 0);
    // Free or not: phones were paired by the other one.
    programs.serves({});
    one.settings.reach = 'tailscale';
    await one.host.start({ agent: false });
    await tunnelIs(one, 'running', address);
    const told = programs.runs('tailscale').filter(({ args }) => args[0] === 'serve' && args[1] !== 'status');
    assert.deepEqual(
      told.map(({ args }) => args),
      [1, 2].map(() => ['serve', '--https=8443', `http://127.0.0.1:${one.settings.port}`]),
    );
    await one.host.stop();
    // Now it is taken by another: it is named, and nothing moves.
    programs.serves({ TCP: { 8443: { HTTPS: true } } });
    await one.host.start({ agent: false });
    assert.equal((await tunnelIs(one, 'failed')).error?.code, 'tunnel_port_taken');
  });

  it('H43: what keeps Tailscale from serving is known before anything changes, and said with the next step', async () => {
    const programs = standIns();
    const one = await hostWith(programs);
    const table: [TailscaleMode, string][] = [
      ['noDaemon', 'tunnel_failed'],
      ['loggedOut', 'tunnel_login_required'],
      ['stopped', 'tunnel_login_required'],
      ['unapproved', 'tunnel_login_required'],
      ['httpsOff', 'tunnel_https_off'],
    ];
    for (const [mode, code] of table) {
      programs.tailscale(mode);
      await assert.rejects(one.host.chooseReach('tailscale'), (error: unknown) => {
        assert.ok(error instanceof OffdeskError);
        assert.equal(error.code, code, mode);
        assert.notEqual(error.next, '');
        return true;
      });
      assert.equal(one.host.status.reach?.kind, 'computer');
    }
    for (const [mode, code] of [
      ['denied', 'tunnel_refused'],
      ['notEnabled', 'tunnel_https_off'],
      ['funnel', 'tunnel_refused'],
    ] as const) {
      programs.tailscale(mode);
      await one.host.chooseReach('tailscale');
      const { error, output } = await tunnelIs(one, 'failed');
      assert.equal(error?.code, code, mode);
      assert.equal(output.join('\n').includes('nSECRET'), false);
      assert.equal(one.host.status.reach?.phoneCanOpen, false);
      assert.equal(one.host.status.invite, null);
      assert.equal(await ask(one.settings.port, tailnetHost), 421);
      await one.host.chooseReach('computer');
    }
  });

  it('H43: a program that was chosen before and fails leaves remote control on, and is tried again', async () => {
    const programs = standIns();
    programs.tailscale('loggedOut');
    const one = await hostWith(programs, 'tailscale');
    assert.equal(one.host.status.state === 'error', false);
    const { error, retryAt } = await tunnelIs(one, 'failed');
    assert.equal(error?.code, 'tunnel_login_required');
    assert.ok(retryAt !== null);
    programs.tailscale('runs');
    await tunnelIs(one, 'running', `https://${tailnetHost}/`);
  });

  it('H43: Diagnose says whether each could run, and how the one that was chosen is', async () => {
    const programs = standIns();
    programs.tailscale('loggedOut');
    const one = await hostWith(programs, 'tailscale');
    await tunnelIs(one, 'failed');
    const t = (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));
    const check = async () => {
      const { status } = one.host;
      const ports = { t, status, settings: one.settings, terminalPath: programs.path } as DiagnosePorts;
      const found = await tunnelCheck(ports).run(new AbortController().signal);
      return found.map(({ verdict }) => verdict);
    };
    assert.deepEqual(await check(), ['problem', 'ok', 'problem']);
    programs.tailscale('runs');
    await one.host.chooseReach('tailscale');
    await tunnelIs(one, 'running');
    assert.deepEqual(await check(), ['ok', 'ok', 'ok']);
  });

  it('H44: one that dies is started again; another address is said, and the old one no longer gets in', async () => {
    const programs = standIns();
    programs.cloudflared('dies', 'runs');
    const one = await hostWith(programs);
    await one.host.chooseReach('cloudflared');
    await tunnelIs(one, 'running', quick[0]);
    const before = one.host.status.invite?.url;
    const ended = nextEnd(one);
    programs.die();
    const dead = await ended;
    assert.deepEqual([dead.error?.code, dead.url], ['tunnel_failed', '']);
    assert.equal(await ask(one.settings.port, quickHosts[0]!), 421);
    await tunnelIs(one, 'running', quick[1]);
    assert.equal(await ask(one.settings.port, quickHosts[0]!), 421);
    assert.equal(await ask(one.settings.port, quickHosts[1]!), 200);
    assert.ok(one.host.status.notices.some(({ code }) => code === 'tunnel_address_new'));
    const invite = await eventually(() => one.host.status.invite, { what: 'an invite by the new address' });
    assert.ok(invite.url.startsWith(quick[1]!) && invite.url !== before);
  });

  it('H44: Tailscale comes back at the same address, without a word', async () => {
    const programs = standIns();
    programs.tailscale('dies');
    const one = await hostWith(programs);
    await one.host.chooseReach('tailscale');
    await tunnelIs(one, 'running');
    const invite = one.host.status.invite?.url;
    const ended = nextEnd(one);
    programs.tailscale('runs');
    programs.die();
    assert.equal((await ended).url, `https://${tailnetHost}/`);
    await tunnelIs(one, 'running', `https://${tailnetHost}/`);
    assert.equal(one.host.status.invite?.url, invite);
    assert.equal(
      one.host.status.notices.some(({ code }) => code === 'tunnel_address_new'),
      false,
    );
  });

  it('H44: what Cloudflare refuses for asking too often is asked again a minute later at the soonest', async () => {
    const programs = standIns();
    programs.cloudflared('limited');
    const one = await hostWith(programs);
    await one.host.chooseReach('cloudflared');
    const { error, retryAt } = await tunnelIs(one, 'failed');
    assert.equal(error?.code, 'tunnel_limited');
    assert.ok(retryAt! - Date.now() > 50_000);
    assert.equal(programs.runs('cloudflared').length, 1);
    programs.cloudflared('runs');
    // Choosing it once more is trying again at once.
    await one.host.chooseReach('cloudflared');
    await tunnelIs(one, 'running');
  });

  it('H45: neither program outlives a host that is killed, nor does what Tailscale serves', async () => {
    const programs = standIns();
    programs.cloudflared('stubborn');
    const [folder] = programs.path.split(delimiter);
    const port = '41234';
    const commands = [
      [join(folder!, 'cloudflared'), 'tunnel', '--url', `http://127.0.0.1:${port}`],
      [join(folder!, 'tailscale'), 'serve', '--https=443', `http://127.0.0.1:${port}`],
    ];
    for (const command of commands) {
      const holder = spawn(process.execPath, ['--import=tsx', 'test/support/tunnels/holder.ts', ...command], {
        stdio: 'ignore',
      });
      const program = command[0]!.endsWith('tailscale') ? 'tailscale' : 'cloudflared';
      const run = await eventually(() => programs.runs(program)[0], { what: `${program} to run` });
      holder.kill('SIGKILL');
      await eventually(() => !isAlive(run.pid), { what: `${program} to be gone` });
    }
    assert.deepEqual(programs.sessions(), []);
  });

  it('H46: an address that only looks right is not taken', async () => {
    const programs = standIns();
    programs.cloudflared('garbage');
    const one = await hostWith(programs);
    await one.host.chooseReach('cloudflared');
    const seen = await eventually(
      () => (one.host.status.tunnel?.output.length ? one.host.status.tunnel : undefined),
      {
        what: 'output',
      },
    );
    assert.deepEqual([seen.state, seen.url], ['starting', '']);
    assert.ok(seen.output.length <= 20 && seen.output.every((line) => line.length <= 200));
    for (const host of ['evil-1.trycloudflare.com.evil.example', 'not-announced.trycloudflare.com'])
      assert.equal(await ask(one.settings.port, host), 421, host);
    programs.tailscale('lookalike');
    await one.host.chooseReach('tailscale');
    await eventually(() => one.host.status.tunnel?.output.length, { what: 'output of the other' });
    assert.equal(one.host.status.tunnel?.url, '');
    assert.equal(await ask(one.settings.port, `${tailnetHost}.evil.example`), 421);
  });
});

/** As a tunnel on this computer would ask on a browser's behalf; the status of the answer. */
function ask(port: number, host: string, origin?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, ...(origin === undefined ? {} : { origin }) };
    request({ host: '127.0.0.1', port, path: '/', headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

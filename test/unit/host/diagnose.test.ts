/** Diagnose: each check against real sockets, files and programs, and a text that holds no secret. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import fc from 'fast-check';
import { silentLog } from '../../../src/base/log.ts';
import { inEnglish } from '../../../src/base/translate.ts';
import { agentCheck } from '../../../src/host/diagnose/agent-check.ts';
import type { Check, DiagnosePorts, Finding } from '../../../src/host/diagnose/check.ts';
import { diagnose } from '../../../src/host/diagnose/diagnose.ts';
import { proxyCheck } from '../../../src/host/diagnose/proxy-check.ts';
import { reachCheck } from '../../../src/host/diagnose/reach-check.ts';
import { relayChecks } from '../../../src/host/diagnose/relay-check.ts';
import { remoteControlCheck } from '../../../src/host/diagnose/remote-control-check.ts';
import { storageCheck } from '../../../src/host/diagnose/storage-check.ts';
import { node, versionsCheck } from '../../../src/host/diagnose/versions-check.ts';
import { placesOf, withoutSecrets } from '../../../src/host/diagnose/without-secrets.ts';
import { startRelay, type Relay } from '../../../src/relay/server.ts';
import { freePort } from '../../support/ports.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { createTestCa } from '../../support/tls.ts';
import { device, off } from '../vscode/statuses.ts';

const folder = tempFolder('od-diagnose');
const settings: DiagnosePorts['settings'] = {
  agent: { kind: 'named', name: 'demo' },
  ...{ relay: '', publicUrl: '', reach: undefined, port: 0 },
};

function ports(some: Partial<Omit<DiagnosePorts, 'settings'>> & { settings?: object } = {}): DiagnosePorts {
  return {
    ...{ t: inEnglish, status: undefined, machineFolder: join(folder, 'machine'), terminalPath: undefined },
    ...{ env: {}, proxies: [], proxiesUsed: false, versions: [], forbidden: undefined, secrets: [] },
    ...some,
    settings: { ...settings, ...some.settings },
  };
}

const run = (check: Check): Promise<Finding[]> => check.run(new AbortController().signal);
const verdicts = async (check: Check) => (await run(check)).map(({ verdict }) => verdict);
const ownRelay = (relay: string) => ports({ settings: { reach: 'relay', relay } });

describe('diagnose', function () {
  this.timeout(60_000);
  const servers: Server[] = [];
  const relays: Relay[] = [];
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  after(() => removeFolder(folder));

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const serve = async (listener: RequestListener) => {
    return `http://127.0.0.1:${await listen(createServer(listener))}/`;
  };

  async function relay(tls?: { key: string; cert: string }): Promise<string> {
    const webFolder = join(folder, 'web');
    mkdirSync(webFolder, { recursive: true });
    writeFileSync(join(webFolder, 'index.html'), '<!doctype html>');
    const where = { host: '127.0.0.1', port: 0, mode: 'own' as const };
    const one = await startRelay({ ...where, webFolder, log: silentLog, ...(tls && { tls }) });
    relays.push(one);
    return one.url;
  }

  it('S13, Y1: a relay that works is reached by WebSocket, its page answers, the clocks agree', async () => {
    const url = await relay();
    const [found, clock] = relayChecks(ownRelay(url));
    assert.deepEqual(await verdicts(found), ['ok']);
    assert.deepEqual(await verdicts(clock), ['ok']);
    // On this computer itself no phone could open it.
    assert.deepEqual(await verdicts(reachCheck(ownRelay(url))), ['problem', 'ok']);
    const on = { ...off, state: 'on' as const, devices: [device('a', true), device('b', false)] };
    const reach = { kind: 'relay' as const, url, phoneCanOpen: true, protectedPage: true };
    const status = { ...on, reach: { ...reach, sentence: '', sessionUrl: null } };
    assert.deepEqual(await verdicts(relayChecks(ports({ status }))[0]), ['ok']);
    assert.deepEqual(await verdicts(reachCheck(ports({ status }))), ['ok', 'ok']);
    const [said] = await run(remoteControlCheck(ports({ status })));
    assert.match(said?.message ?? '', /1 of 2/);
  });

  it('S13, Y1: a relay that is not there, is none, or shows a certificate that nobody trusts is a problem', async () => {
    const nothing = `http://127.0.0.1:${await freePort()}/`;
    const page = await serve((_request, response) => response.writeHead(404).end('no'));
    const ca = await createTestCa();
    const { key, cert } = await ca.issue('127.0.0.1');
    const tls = createTlsServer({ key, cert }, (_request, response) => response.end());
    const strange = `https://127.0.0.1:${await listen(tls as unknown as Server)}/`;
    for (const url of [nothing, page, strange]) {
      const [found] = await run(relayChecks(ownRelay(url))[0]);
      assert.equal(found?.verdict, 'problem', url);
      assert.ok(found.next, url);
    }
    ca.dispose();
    const reached = await run(reachCheck(ownRelay(page)));
    assert.equal(reached.at(-1)?.verdict, 'problem');
  });

  it('Y1: a relay behind TLS is reached, and the end of its certificate is told (S13)', async () => {
    const ca = await createTestCa();
    const { key, cert } = await ca.issue('127.0.0.1');
    const before = process.env['NODE_EXTRA_CA_CERTS'];
    process.env['NODE_EXTRA_CA_CERTS'] = ca.certPath;
    // Newer Node reads that variable at its start alone.
    const { setDefaultCACertificates } = tls as { setDefaultCACertificates?: (all: string[]) => void };
    setDefaultCACertificates?.([...tls.rootCertificates, ca.cert]);
    try {
      const url = await relay({ key, cert });
      const found = await run(relayChecks(ownRelay(url))[0]);
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        ['ok', 'ok'],
        JSON.stringify(found),
      );
      const [until] = /\d{4}-\d\d-\d\d/.exec(found[1]?.message ?? '') ?? [];
      const days = (Date.parse(until ?? '') - Date.now()) / (24 * 3_600_000);
      assert.ok(days > 28 && days < 31, found[1]?.message);
    } finally {
      setDefaultCACertificates?.([...tls.rootCertificates]);
      if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
      else process.env['NODE_EXTRA_CA_CERTS'] = before;
      ca.dispose();
    }
  });

  it('S13, Y1: a clock that is wrong by the relay is told with the side to which it is', async () => {
    let shift = 0;
    const url = await serve((_request, response) => {
      response.sendDate = false;
      response.writeHead(200, { date: new Date(Date.now() + shift).toUTCString() }).end();
    });
    const clock = async (ms: number) => {
      shift = ms;
      const [found] = await run(relayChecks(ownRelay(url))[1]);
      return `${found?.verdict} ${/behind|ahead|agree/.exec(found?.message ?? '')?.[0]}`;
    };
    assert.equal(await clock(0), 'ok agree');
    assert.equal(await clock(2 * 60_000), 'warning behind');
    assert.equal(await clock(-60 * 60_000), 'problem ahead');
  });

  it('S13, Y2: what never ends is given up, what fails is told, and the rest is there', async () => {
    const never: Check = { title: 'Never', run: () => new Promise(() => {}) };
    const fails: Check = { title: 'Fails', run: () => Promise.reject(new Error('out of paper')) };
    const fine: Check = {
      title: 'Fine',
      run: () => Promise.resolve([{ verdict: 'ok', message: 'is fine' }]),
    };
    const steps: string[] = [];
    const found = await diagnose(ports(), {
      checks: [never, fails, fine],
      checkMs: 50,
      progress: (done, all, title) => steps.push(`${done}/${all} ${title}`),
    });
    assert.equal(found.problems, 2);
    assert.match(found.text, /## Never\n- \*\*Problem\*\* .*0\.05 seconds/);
    assert.match(found.text, /out of paper/);
    assert.match(found.text, /- \*\*OK\*\* is fine/);
    assert.equal(steps.length, 3);
    // Also a server that takes a connection and says nothing.
    const silent = await serve(() => {});
    const late = await diagnose(ownRelay(silent), { checks: [reachCheck(ownRelay(silent))], checkMs: 200 });
    assert.equal(late.problems, 1);
    const cancel = new AbortController();
    const cancelled = diagnose(ports(), { checks: [never], signal: cancel.signal });
    cancel.abort();
    assert.equal((await cancelled).problems, 1);
  });

  it('S13, Y3: storage is written to, and leaves nothing behind', async () => {
    const machineFolder = join(folder, 'own');
    assert.deepEqual((await verdicts(storageCheck(ports({ machineFolder }))))[0], 'ok');
    mkdirSync(machineFolder, { mode: 0o755 });
    const [written, , open] = await run(storageCheck(ports({ machineFolder })));
    assert.equal(written?.verdict, 'ok');
    assert.equal(open?.verdict, 'warning', 'others may look into it');
    assert.deepEqual(readdirSync(machineFolder), []);
    const file = join(folder, 'no-folder');
    writeFileSync(file, '');
    assert.equal((await verdicts(storageCheck(ports({ machineFolder: file }))))[0], 'problem');
  });

  it('S13, Y3: the agent that is chosen is there or not, and says what to do', async () => {
    const of = async (agent: DiagnosePorts['settings']['agent'], env = {}) => {
      const [found] = await run(agentCheck(ports({ settings: { agent }, env })));
      return found!;
    };
    assert.equal((await of({ kind: 'named', name: 'demo' })).verdict, 'ok');
    const unknown = await of({ kind: 'named', name: 'nobody' });
    assert.deepEqual([unknown.verdict, unknown.message.includes('nobody')], ['problem', true]);
    assert.ok(unknown.next);
    const args = ['--api-key', 'hunter2-hunter2'];
    assert.equal((await of({ kind: 'command', command: process.execPath, args })).verdict, 'ok');
    const missing = await of({ kind: 'command', command: '/nowhere/my-agent', args });
    assert.equal(missing.verdict, 'problem');
    assert.ok(missing.next);
    assert.match(missing.message, /my-agent$/);
    const forbidden = ports({ settings: { agent: { kind: 'auto' } }, forbidden: 'Not trusted.' });
    assert.deepEqual(await verdicts(agentCheck(forbidden)), ['ok'], 'nothing is started there');
    assert.deepEqual(await verdicts(remoteControlCheck(forbidden)), ['problem']);
  });

  it('S13, Y3: proxies are shown without their passwords, versions as they are', async () => {
    const env = { HTTPS_PROXY: 'http://ann:hunter2@proxy.example:3128', NO_PROXY: 'localhost', PATH: '/bin' };
    const proxies: [string, string][] = [['http.proxy', 'bob:hunter2@proxy.example:3128']];
    const behind = ports({ settings: { reach: 'relay', relay: 'https://r.example' }, env, proxies });
    const found = await run(proxyCheck(behind));
    assert.deepEqual(
      found.map(({ verdict }) => verdict),
      ['ok', 'ok', 'ok', 'warning'],
    );
    assert.match(found[0]?.message ?? '', /http:\/\/proxy\.example:3128/);
    assert.ok(!JSON.stringify(found).includes('hunter2'));
    assert.deepEqual(await verdicts(proxyCheck({ ...behind, proxiesUsed: true })), ['ok', 'ok', 'ok']);
    const versions = await run(versionsCheck(ports({ versions: [['VS Code', '1.139.1']] })));
    assert.ok(versions.some(({ message }) => message === 'VS Code 1.139.1'));
    assert.equal(node(inEnglish, '18.20.1').verdict, 'problem');
    assert.equal(node(inEnglish, '20.19.0').verdict, 'ok');
  });

  it('S13, Y4: no secret that it is given is in the text, wherever it turns up', async () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_~.-]{6,40}$/);
    await fc.assert(
      fc.asyncProperty(
        secret,
        secret,
        fc.constantFrom('message', 'url', 'path'),
        async (one, other, where) => {
          const message =
            where === 'message'
              ? `It said ${one}, then ${other}.`
              : where === 'url'
                ? `at https://a.example/x?k=${one}#${other}`
                : `/opt/${one}/${other}`;
          const notice = { id: '1', at: 0, severity: 'warning' as const, message };
          const error = { code: 'internal', message, next: message };
          const found = await diagnose(
            ports({
              secrets: [one, other],
              status: { ...off, state: 'error', error, notices: [notice] },
              settings: {
                agent: { kind: 'command', command: `/opt/${one}`, args: [other], env: { KEY: one } },
              },
              env: { HTTPS_PROXY: `http://${one}:${other}@proxy.example` },
              proxies: [['http.proxy', `http://proxy.example/?${other}`]],
              versions: [['VS Code', one]],
              machineFolder: join(folder, other),
            }),
          );
          assert.ok(!found.text.includes(one), found.text);
          assert.ok(!found.text.includes(other), found.text);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('Y4: names in paths, what hides in addresses, and what looks like a credential are taken out', () => {
    const places = { home: homedir(), user: userInfo().username };
    const out = (text: string) => withoutSecrets(text, [], places);
    assert.equal(out(`at ${join(homedir(), '.offdesk')}.`), 'at ~/.offdesk.');
    assert.equal(out('in /home/ann/work and C:\\Users\\Ann\\x'), 'in ~/work and ~\\x');
    const nobody = () => {
      throw new Error('ENOENT: no entry for this user');
    };
    assert.deepEqual(placesOf({ homedir: nobody, userInfo: nobody }), { home: '', user: '' });
    assert.equal(withoutSecrets('/srv/x', [], { home: '', user: '' }), '/srv/x');
    assert.equal(withoutSecrets('/srv/ann/x', [], { home: '/nowhere', user: 'ann' }), '/srv/~/x');
    assert.equal(out('https://u:p@r.example:8443/a/b?c#d'), 'https://r.example:8443/a/b');
    for (const hidden of [
      'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJkZXZpY2UifQ.c2lnbmF0dXJl',
      ['sk', 'ant', 'abcdefgh12345678'].join('-'),
      'Bearer abc.def',
      'q8Zr1vT0bX4nYw2LkP7sJd9fHg3mCe6aUoIiRtWz',
    ])
      assert.doesNotMatch(out(`so ${hidden} it is`), /abcdef|abc\.def|eyJ|q8Zr/, hidden);
    const plain = 'GitHub Copilot CLI 1.0.102, /usr/lib/node_modules/@agentclientprotocol/claude-agent-acp';
    assert.equal(out(plain), plain);
  });
});

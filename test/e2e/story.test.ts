/** The main job on real input: from the desk to the phone and back, over an own relay that breaks (issue 2, lines 3 and 6). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodeInvite } from '../../src/channel/invite.ts';
import { findCanaries, type Needle } from '../support/canary.ts';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { listeningSocketsOf } from '../support/ports.ts';
import { start } from '../support/processes.ts';
import { readQr } from '../support/qr.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { TestDevice } from '../support/test-device.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench } from '../support/workbench.ts';
import { expectedItems } from './support/expected-items.ts';
import { readJournal } from './support/journal-reader.ts';
import { canaries, isAgent, keyCanaries, readListenLog, World } from './support/world.ts';

const on = /Offdesk: Remote control is on, no device/;
const onWithPhone = /Offdesk: Remote control is on, 1 device is connected/;
const off = /Offdesk: Remote control is off/;
const reconnecting = /Offdesk: Remote control lost its relay/;

describe('story: from the desk to the phone and back', function () {
  this.timeout(300_000);
  let world: World;
  let link: string;
  const reader = { device: undefined as TestDevice | undefined };
  const secrets: Needle[] = [];
  /** The own relay is chosen: at no time may anything listen here. */
  let outboundOnly = false;
  /** Each step goes on where the one before ended. */
  let broken = false;

  before(async function () {
    needing(this, 'vscode', 'browser', 'tls', 'qr', 'proc');
    world = await World.open();
  });
  beforeEach(function () {
    if (broken) this.skip();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'passed') {
      if (outboundOnly) assert.deepEqual(world.listeners(), []);
      return;
    }
    if (this.currentTest?.state !== 'failed') return;
    broken = true;
    await world?.picture('failed').catch(() => undefined);
    console.log(world?.relay.output.slice(-2_000));
  });
  after(async () => {
    reader.device?.dispose();
    await world?.close();
  });

  it('S1, S2, S10: installed, everything is off', async () => {
    await world.desk.statusBarItem(off).waitFor();
    assert.deepEqual(world.listeners(), []);
    assert.deepEqual(world.agents(), []);
    assert.equal(world.machineFile('broker.json'), undefined);
    await world.desk.picture('01-off-desk');
  });

  it('S1, S4, S11: Start Remote Control: demo agent, conversation, and a choice of how a phone gets here', async () => {
    await world.desk.runCommand('Offdesk: Start Remote Control');
    const view = world.desk.webview();
    await view.getByText('Demo', { exact: true }).waitFor();
    await view.getByRole('status').first().waitFor();
    await world.atDesk.message.waitFor();
    await view.getByText('How can a phone reach this computer?').waitFor();
    await world.desk.statusBarItem(on).waitFor();
    await eventually(() => world.agents().length === 1, { what: 'the demo agent' });
    assert.equal(await view.getByRole('img', { name: 'Pairing QR code' }).count(), 0);
    await world.desk.picture('02-chooser-desk');
  });

  it('S4, A1: own relay: QR code and link, and nothing listens on this computer', async () => {
    const view = world.desk.webview();
    await view.getByRole('radio', { name: /^Your own relay/ }).check();
    await view.getByRole('textbox', { name: 'Your relay’s address' }).fill(world.relay.url);
    await view.getByRole('button', { name: 'Use this' }).click();
    await view.getByRole('img', { name: 'Pairing QR code' }).waitFor();
    await world.desk.statusBarItem(on).waitFor();
    outboundOnly = true;
    link = await readQr(await world.desk.picture('03-qr-desk'));
    await view.getByRole('button', { name: 'Copy link' }).click();
    await eventually(async () => (await clipboard()) === link, { what: 'the same link on the clipboard' });
    assert.ok(link.startsWith(`${world.relay.url}#`), link);
    secrets.push({ name: 'secret of the invite', value: decodeInvite(link).secret });
  });

  it('A4: the phone opens the link; both screens show the same digits; the desk allows', async () => {
    await world.phone.open(link);
    const digits = world.phone.page.getByRole('status').filter({ hasText: /^\d{3} \d{3}$/ });
    await digits.waitFor();
    const dialog = world.desk.webview().getByRole('alertdialog');
    await dialog.waitFor();
    await world.picture('04-pairing');
    assert.ok((await dialog.innerText()).includes(await digits.innerText()));
    const name = /^Allow (.*Chrome.*)\?$/.exec((await dialog.getAttribute('aria-label')) ?? '')?.[1];
    assert.ok(name);
    secrets.push({ name: 'first name of the device', value: name });
    assert.equal(new URL(world.phone.page.url()).hash, '', 'the secret is gone from the address');
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await world.onPhone.log.waitFor();
    await world.phone.page.getByRole('status').getByText('connected · end-to-end encrypted').waitFor();
    await world.phone.page.getByText('Demo', { exact: true }).waitFor();
    await world.desk.statusBarItem(onWithPhone).waitFor();
  });

  it('C1, C10: a prompt from the phone with a file of the workspace; the answer is on both', async () => {
    await world.onPhone.message.fill(`${canaries.prompt} `);
    const file = await world.onPhone.offeredFile(canaries.file.slice(7, 18), `src/${canaries.file}`);
    await world.phone.picture('05-file-phone');
    await file.click();
    await world.onPhone.send();
    for (const surface of [world.atDesk, world.onPhone]) {
      await surface.waitForFate(canaries.prompt, 'done');
      await surface.waitForText(`@src/${canaries.file}`);
      await surface.waitForText('I am the demo agent');
    }
    assert.match((await world.atDesk.fate(canaries.prompt).textContent()) ?? '', /^from .*Chrome/);
    await world.picture('06-answered');
  });

  it('A5: renamed at the desk, the phone still knows its own', async () => {
    await world.desk.runCommand('Offdesk: Manage Devices');
    await world.desk.pick(/Chrome/);
    await world.desk.pick('Rename');
    await world.desk.enterText(canaries.deviceName);
    await showPanel(true);
    await world.desk.webview().getByText(canaries.deviceName).waitFor();
    await showPanel(false);
    assert.match((await world.onPhone.fate(canaries.prompt).textContent()) ?? '', /^\d/);
    await world.picture('07-renamed');
  });

  it('C10: a prompt from the desk with a file; ignored files are not offered', async () => {
    const text = 'From the desk';
    await world.atDesk.message.fill('@ignored');
    await world.desk.webview().getByText('No file matches.').waitFor();
    await world.atDesk.message.fill(`${text} `);
    const file = await world.atDesk.offeredFile('canary', `src/${canaries.file}`);
    await world.desk.picture('08-file-desk');
    await file.click();
    await world.atDesk.send();
    for (const surface of [world.atDesk, world.onPhone]) await surface.waitForFate(text, 'done');
    assert.match((await world.onPhone.fate(text).textContent()) ?? '', /^from the desk/);
  });

  it('C1, C3: a turn from the phone streams on both and is stopped at the desk', async () => {
    await world.onPhone.write('/long 9001');
    await Promise.all([
      world.onPhone.waitForWords(20, '/long 9001'),
      world.atDesk.waitForWords(20, '/long 9001'),
    ]);
    await world.picture('09-streaming');
    await world.atDesk.stop.click();
    for (const surface of [world.atDesk, world.onPhone]) await surface.waitForFate('/long 9001', 'stopped');
  });

  it('C1, C3: a turn from the desk streams on both and is stopped on the phone', async () => {
    await world.atDesk.write('/long 9002');
    await Promise.all([
      world.onPhone.waitForWords(20, '/long 9002'),
      world.atDesk.waitForWords(20, '/long 9002'),
    ]);
    await world.onPhone.stop.click();
    for (const surface of [world.atDesk, world.onPhone]) await surface.waitForFate('/long 9002', 'stopped');
    await world.picture('10-stopped');
  });

  it('C4, C17: the phone allows what the desk asked for; the card closes at the desk and says who', async () => {
    await world.atDesk.write(`/edit notes.md ${canaries.answer}`);
    await Promise.all([world.atDesk.card.waitFor(), world.onPhone.card.waitFor()]);
    await world.picture('11-permission');
    await world.onPhone.card.getByRole('button', { name: 'Allow once' }).click();
    await world.atDesk.card.waitFor({ state: 'detached' });
    await world.atDesk.waitForText(`Allowed by ${canaries.deviceName}`);
    for (const surface of [world.atDesk, world.onPhone]) await surface.waitForFate('/edit notes.md', 'done');
    await world.picture('12-allowed');
  });

  it('C4, C17: the desk rejects what the phone asked for; the card closes on the phone and says who', async () => {
    await world.onPhone.write('/run');
    await Promise.all([world.atDesk.card.waitFor(), world.onPhone.card.waitFor()]);
    await world.atDesk.card.getByRole('button', { name: 'Reject' }).click();
    await world.onPhone.card.waitFor({ state: 'detached' });
    await world.onPhone.waitForText('Rejected by the desk');
    for (const surface of [world.atDesk, world.onPhone]) await surface.waitForFate('/run', 'done');
    await world.picture('13-rejected');
  });

  it('N1: both transcripts are the journal', async () => {
    const device = new TestDevice(world.relay.openWebSocket);
    reader.device = device;
    await world.desk.runCommand('Offdesk: Copy Pairing Link');
    const invite = await eventually(async () => (await clipboard()) !== link && clipboard(), {
      what: 'a new link',
    });
    const paired = device.pair(invite, { name: canaries.readerName, scope: 'view' });
    await world.desk.webview().getByRole('alertdialog').getByRole('button', { name: 'Allow' }).click();
    await paired;
    secrets.push(
      { name: 'secret of the second invite', value: decodeInvite(invite).secret },
      { name: 'private key of the reader', value: device.keyPair.secret },
    );
    await transcriptsAreTheJournal();
  });

  it('N1, N2: the link of the phone is cut in the middle of an answer', async () => {
    const before = world.relay.phones.connections.accepted;
    await world.atDesk.write('/long 1001');
    const words = await world.onPhone.waitForWords(20, '/long 1001');
    world.relay.phones.cut();
    assert.ok(words < 1_001);
    for (const surface of [world.atDesk, world.onPhone]) await surface.waitForFate('/long 1001', 'done');
    assert.ok(world.relay.phones.connections.accepted > before, 'it came back by a new connection');
    await transcriptsAreTheJournal();
  });

  it('N2: the link of the phone goes dead without a word; the phone notices and comes back', async () => {
    await world.onPhone.write('/long 1002');
    assert.ok((await world.onPhone.waitForWords(20, '/long 1002')) < 1_002);
    world.relay.phones.halfOpen();
    await world.atDesk.waitForFate('/long 1002', 'done');
    assert.ok((await world.onPhone.words('/long 1002')) < 1_002, 'nothing gets through');
    await phoneSays(/reconnecting since/);
    await world.picture('14-half-open');
    world.relay.phones.heal();
    await world.onPhone.waitForFate('/long 1002', 'done');
    await phoneSays('connected · end-to-end encrypted');
    await transcriptsAreTheJournal();
  });

  it('N2, N4: the relay dies in the middle of an answer and comes back; what was written meanwhile is sent once', async () => {
    await world.atDesk.write('/long 1003');
    assert.ok((await world.onPhone.waitForWords(20, '/long 1003')) < 1_003);
    await world.relay.crash();
    await world.desk.statusBarItem(reconnecting).waitFor();
    await world.onPhone.write('Written in the dark');
    await world.onPhone.waitForText(/kept on this phone/);
    await world.picture('15-relay-down');
    await world.relay.run();
    await world.desk.statusBarItem(onWithPhone).waitFor();
    for (const surface of [world.atDesk, world.onPhone]) {
      await surface.waitForFate('/long 1003', 'done');
      await surface.waitForFate('Written in the dark', 'done');
    }
    await transcriptsAreTheJournal();
    assert.deepEqual(world.listeners(), []);
  });

  it('N1: a killed page and a rebuilt view read the same again, by the link of the session', async () => {
    await world.desk.runCommand('Offdesk: Copy Session Link');
    const session = await eventually(async () => /#h=/.test(await clipboard()) && clipboard(), {
      what: 'the link of the session',
    });
    await world.phone.reopen(session);
    await phoneSays('connected · end-to-end encrypted');
    await world.desk.runCommand('View: Show Explorer');
    await world.atDesk.log.waitFor({ state: 'detached' });
    await world.desk.openView('Offdesk');
    await world.atDesk.log.waitFor();
    for (const surface of [world.atDesk, world.onPhone])
      await surface.waitForFate('Written in the dark', 'done');
    await transcriptsAreTheJournal();
  });

  it('A5: revoked at the desk, the phone is out at once, says so, and has forgotten everything', async () => {
    const view = world.desk.webview();
    await showPanel(true);
    const device = view.getByRole('listitem').filter({ hasText: canaries.deviceName });
    await device.getByRole('button', { name: 'Revoke' }).click();
    await device.getByRole('button', { name: 'Revoke' }).click();
    await world.phone.page.locator('[data-code=device_revoked]').waitFor();
    await world.desk.statusBarItem(on).waitFor();
    await world.picture('16-revoked');
    assert.equal(await world.phone.page.evaluate(() => localStorage.length), 0);
    await world.phone.reopen(world.relay.url);
    await world.phone.page.getByRole('heading', { name: /^Continue your coding session/ }).waitFor();
  });

  it('S1, A1: Stop Remote Control: nothing listens, no agent runs', async () => {
    outboundOnly = false;
    await showPanel(true);
    await world.desk.webview().getByRole('button', { name: 'Change reach' }).click();
    await world.desk
      .webview()
      .getByRole('radio', { name: /^This computer/ })
      .check();
    await world.desk.webview().getByRole('button', { name: 'Use this' }).click();
    await world.desk.webview().getByText('No QR code:').waitFor();
    const [listener, ...others] = world.listeners();
    assert.equal(listener?.address, '127.0.0.1');
    assert.deepEqual(others, []);
    assert.ok(world.everListened().some(({ port }) => port === listener.port));
    await world.desk.picture('17-this-computer-desk');
    await world.desk.runCommand('Offdesk: Stop Remote Control');
    await world.desk.statusBarItem(off).waitFor();
    await eventually(() => world.agents().length === 0, { what: 'the agent to be gone' });
    assert.deepEqual(world.listeners(), []);
    assert.equal(world.machineFile('broker.json'), undefined);
    await world.desk.picture('18-stopped-desk');
    assert.deepEqual(world.desk.log.exceptions, []);
    assert.deepEqual(world.phone.log.exceptions, []);
  });

  it('S3: on by default, a fresh window is on without a click, and no agent runs', async () => {
    await world.desk.close();
    world.server.writeSettings({
      'offdesk.hostName': canaries.hostName,
      'offdesk.onByDefault': true,
      'offdesk.reach': 'relay',
      'offdesk.relayUrl': world.relay.url,
    });
    const listened = world.everListened().length;
    const window = await openWorkbench(world.browser.browser, world.server, {
      folder: await world.anotherWorkspace(),
      pictures: 'story',
    });
    try {
      await window.statusBarItem(on).waitFor();
      assert.deepEqual(world.agents(), []);
      assert.deepEqual(world.listeners(), []);
      assert.deepEqual(world.everListened().slice(listened), []);
      await window.picture('19-on-by-default-desk');
      await window.runCommand('Offdesk: Stop Remote Control');
      await window.statusBarItem(off).waitFor();
    } finally {
      await window.close();
    }
  });

  it('S5, A1: offdesk remote-control with an own relay opens no listening socket either', async () => {
    const machine = tempFolder('od-story-cli');
    const listened = join(machine, 'listen.log');
    const args = ['remote-control', '--json', '--agent', 'demo', '--relay', world.relay.url];
    const cli = start(
      process.execPath,
      [...world.relay.nodeArgs, cliPath, ...args, '--cwd', world.workspace, '--name', canaries.hostName],
      {
        name: 'offdesk remote-control',
        env: { ...world.relay.hostEnv, OFFDESK_HOME: machine, OFFDESK_TEST_LISTEN_LOG: listened },
      },
    );
    try {
      await cli.stdout.waitForJson(({ event }) => event === 'ready');
      assert.deepEqual(listeningSocketsOf(cli.pid, { except: isAgent }), []);
      secrets.push(...keyCanaries(machine).map(({ name, value }) => ({ name: `${name} of the CLI`, value })));
      cli.signal('SIGINT');
      assert.equal((await cli.waitForExit()).code, 0);
      await eventually(() => cli.leftovers().length === 0, { what: 'nothing to be left' });
      assert.deepEqual(readListenLog(listened), []);
    } finally {
      await cli.stop();
      removeFolder(machine);
    }
  });

  it('A2: of all that crossed the relay, nothing gives away what was said, by whom and about what', async () => {
    const needles: Needle[] = [
      ...Object.entries(canaries).map(([name, value]) => ({ name, value })),
      { name: 'path', value: world.workspace },
      { name: 'path of a file', value: join('src', canaries.file) },
      { name: 'words of the agent', value: 'I follow a script' },
      ...keyCanaries(world.machine),
      ...secrets,
    ];
    const crossed = world.relay.crossed();
    assert.ok(crossed.length >= 10 && crossed.some((bytes) => bytes.length > 50_000));
    const web = { name: 'web client', value: 'Continue your coding session' };
    assert.ok(
      crossed.some((bytes) => findCanaries(bytes, [web]).length > 0),
      'compressed pages were searched too',
    );
    assert.deepEqual(
      crossed.flatMap((bytes) => findCanaries(bytes, needles)),
      [],
    );
    // The same search finds what was sent on purpose, the same way.
    const socket = world.relay.openWebSocket(`wss${world.relay.url.slice(5)}v1/device`);
    const planted = { text: canaries.prompt, path: world.workspace };
    await new Promise<void>((resolve) => {
      socket.onopen = () => socket.send(JSON.stringify(planted));
      socket.onclose = () => resolve();
    });
    const found = world.relay.crossed().flatMap((bytes) => findCanaries(bytes, needles));
    assert.deepEqual([...new Set(found.map(({ name }) => name))].sort(), ['folder', 'path', 'prompt']);
  });

  async function clipboard(): Promise<string> {
    return world.desk.page.evaluate(() => navigator.clipboard.readText());
  }

  async function showPanel(open: boolean): Promise<void> {
    const fold = world.desk.webview().getByRole('button', { name: 'Pairing, devices and reach' });
    if ((await fold.getAttribute('aria-expanded')) !== String(open)) await fold.click();
  }

  async function phoneSays(words: string | RegExp): Promise<void> {
    await world.phone.page.getByRole('status').getByText(words).waitFor({ timeout: 60_000 });
  }

  /** Nothing missing, nothing twice, nothing out of order. */
  async function transcriptsAreTheJournal(): Promise<void> {
    assert.ok(reader.device);
    const { transcript, cwd } = await readJournal(reader.device);
    const desk = expectedItems(transcript, { id: undefined, cwd });
    const phone = expectedItems(transcript, { id: world.deviceId(canaries.deviceName), cwd });
    assert.deepEqual(await world.atDesk.items(), desk);
    assert.deepEqual(await world.onPhone.items(), phone);
    // What was drawn last is scrolled to after it is there.
    for (const surface of [world.atDesk, world.onPhone])
      await eventually(() => surface.isAtEnd(), { what: `${surface.name} at the end` });
  }
});

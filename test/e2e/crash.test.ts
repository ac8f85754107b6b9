/** The extension host dies in the middle of a turn: the session is back by itself, with real agents (issue 3, line 5). */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { agents } from '../bed/places.mjs';
import { node24, vsixPath } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { processTree, type RunningProcess } from '../support/process-table.ts';
import { agentEnvironment, agentMissing, realAgents } from '../support/real-agents.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import { patienceMs } from './support/agent-world.ts';
import { quietPlace } from './support/quiet-place.ts';
import { Surface } from './support/surface.ts';

const onWithPhone = /Offdesk: Remote control is on, 1 device is connected/;
const off = /Offdesk: Remote control is off/;

describe('the extension host dies', function () {
  this.timeout(240_000);
  const place = quietPlace(undefined, 'vscode');

  for (const name of realAgents) {
    describe(name, () => {
      let folder: string;
      let server: VscodeServer;
      let desk: Workbench;
      let phone: Phone;
      /** Each step goes on where the one before ended. */
      let broken = false;
      const atDesk = new Surface('desk', () => desk.webview());
      const onPhone = new Surface('phone', () => phone.page);

      before(async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`      skipped: ${missing}`);
          this.skip();
        }
        folder = tempFolder('od-crash');
        const workspace = join(folder, 'garden-shed');
        mkdirSync(workspace);
        writeFileSync(join(workspace, 'readme.txt'), 'alpha line\n');
        const home = join(folder, 'home');
        mkdirSync(home);
        const bins = join(agents.folder, 'node_modules', '.bin');
        const path = [bins, dirname(node24), '/usr/bin', '/bin'].join(':');
        // VS Code asks the login shell for the environment of its extensions.
        writeFileSync(join(home, '.profile'), `export PATH='${path}'\n`);
        server = await startVscodeServer({
          network: place.network,
          home,
          vsix: vsixPath(),
          settings: { 'offdesk.agent': name, 'offdesk.reach': 'computer', 'offdesk.hostName': 'Workstation' },
          env: {
            ...agentEnvironment(name, place.model.url),
            OFFDESK_HOME: join(folder, 'machine'),
            PATH: path,
          },
        });
        const window = { folder: workspace, width: 1280, height: 940, pictures: 'crash' };
        desk = await openWorkbench(place.browser, server, window);
        phone = await openPhone(place.browser, { pictures: 'crash' });
        phone.context.setDefaultTimeout(patienceMs);
      });
      beforeEach(function () {
        if (broken) this.skip();
      });
      afterEach(async function () {
        if (this.currentTest?.state !== 'failed') return;
        broken = true;
        await picture('failed').catch(() => undefined);
        console.log(server?.process.output.slice(-2_000));
      });
      after(async () => {
        await phone?.close();
        await desk?.close();
        await server?.stop();
        if (folder) removeFolder(folder);
      });

      const picture = async (what: string) => {
        await desk.picture(`${name}-${what}-desk`);
        await phone.picture(`${name}-${what}-phone`);
      };
      const extensionHost = (): RunningProcess => {
        const found = processTree(server.pid).find(({ command }) => /--type=extensionHost/.test(command));
        assert.ok(found, 'an extension host');
        return found;
      };
      const agentsOf = (host: RunningProcess) =>
        processTree(host.pid)
          .filter(({ parent }) => parent === host.pid)
          .filter(isAgent);

      /** A word that goes with the page: whoever loads it anew does not have it. */
      const markPage = () => phone.page.evaluate(() => void Object.assign(window, { notReloaded: true }));
      const isMarked = () => phone.page.evaluate(() => 'notReloaded' in window);

      it('is paired, and a turn is done', async () => {
        await desk.runCommand('Offdesk: Start Remote Control');
        const view = desk.webview();
        // All windows of a browser share one clipboard.
        await desk.page.evaluate(() => navigator.clipboard.writeText(''));
        await view.getByRole('button', { name: 'Copy link' }).click();
        const link = await eventually(
          async () => {
            const text = await desk.page.evaluate(() => navigator.clipboard.readText());
            return text.startsWith('http') && text;
          },
          { what: 'the link' },
        );
        await phone.open(link);
        await view.getByRole('alertdialog').getByRole('button', { name: 'Allow' }).click();
        await desk.statusBarItem(onWithPhone).waitFor();
        await onPhone.write('Good morning [[text]]');
        for (const surface of [onPhone, atDesk]) await surface.waitForFate('Good morning', 'done');
      });

      it('N6: killed in the middle of a turn: back by itself; the phone shows it without a reload', async () => {
        await markPage();
        await onPhone.write('Talk slowly [[slow]]');
        const words = await waitForWords(5);
        const host = extensionHost();
        const before = agentsOf(host);
        assert.ok(before.length > 0, 'an agent runs');
        process.kill(host.pid, 'SIGKILL');
        await onPhone.waitForFate('Talk slowly', 'interrupted');
        assert.ok(await isMarked(), 'the page was not loaded anew');
        assert.ok((await shownWords()) >= words, 'what was said before is there');
        await desk.statusBarItem(onWithPhone).waitFor();
        await eventually(() => agentsOf(extensionHost()).length > 0, {
          what: 'the agent to be back',
          timeoutMs: patienceMs,
        });
        for (const { pid } of before)
          await eventually(() => !isRunning(pid), { what: 'the former agent to be gone' });
        await picture('back');
      });

      it('N6: the agent remembers; nothing is lost, doubled, or sent again', async () => {
        await onPhone.write('Are you there [[text]]');
        await onPhone.waitForFate('Are you there', 'done');
        assert.equal(await onPhone.log.getByText('starts afresh').count(), 0);
        await desk.openView('Offdesk');
        await atDesk.waitForFate('Are you there', 'done');
        const items = await onPhone.items();
        assert.deepEqual(withoutWho(await atDesk.items()), withoutWho(items));
        for (const prompt of ['Goodmorning', 'Talkslowly', 'Areyouthere'])
          assert.equal(items.filter((item) => item.includes(prompt)).length, 1, prompt);
        await picture('remembers');
      });

      it('N6: the window is loaded anew in the middle of a turn: the same', async () => {
        await onPhone.write('Talk again [[slow]]');
        await waitForWords(5);
        await desk.reload();
        await onPhone.waitForFate('Talk again', 'interrupted');
        await desk.statusBarItem(onWithPhone).waitFor();
        assert.ok(await isMarked());
        await onPhone.write('Still there [[text]]');
        await onPhone.waitForFate('Still there', 'done');
        assert.equal(await onPhone.log.getByText('starts afresh').count(), 0);
      });

      it('S1: once stopped by its user it stays off after the next reload', async () => {
        await desk.runCommand('Offdesk: Stop Remote Control');
        await desk.statusBarItem(off).waitFor();
        await desk.reload();
        await desk.statusBarItem(off).waitFor();
        await eventually(() => agentsOf(extensionHost()).length === 0, { what: 'no agent' });
      });

      const shownWords = async (): Promise<number> => {
        const items = await onPhone.log.locator('.item').allInnerTexts();
        return Math.max(0, ...items.map((text) => Number(/word(\d+)\s*$/.exec(text)?.[1] ?? 0)));
      };
      const waitForWords = (count: number) =>
        eventually(
          async () => {
            const text = await onPhone.log.locator('.item').last().innerText();
            const words = Number(/word(\d+)\s*$/.exec(text)?.[1] ?? 0);
            return words >= count && words;
          },
          { what: `${String(count)} words`, timeoutMs: patienceMs },
        );
    });
  }
});

const isAgent = ({ command }: RunningProcess): boolean => /claude-agent-acp|opencode/.test(command);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The desk and the phone name each other in the line below a prompt. */
function withoutWho(items: string[]): string[] {
  return items.map((item) => item.replace(/from(thedesk|.*?Chrome[^·]*)·/g, '').replace(/^·/, ''));
}

/** `offdesk chat --remote-control` with real agents: one conversation in the terminal and on a phone's page. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { agentCommand, agentMissing, realAgents } from '../support/real-agents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { Terminal } from '../support/terminal.ts';
import { eventually } from '../support/wait.ts';
import { patienceMs } from './support/agent-world.ts';
import { quietPlace } from './support/quiet-place.ts';
import { Surface } from './support/surface.ts';

const greeting = 'Hello from the fake model.';
/** As these versions of the packages name the first way to allow. */
const allow = { claude: 'Yes', opencode: 'Allow once' } as const;

describe('S12: offdesk chat with real agents', function () {
  this.timeout(300_000);
  const place = quietPlace(40, 'terminal');
  let terminal: Terminal | undefined;
  let phone: Phone | undefined;
  afterEach(async () => {
    await phone?.close();
    await terminal?.close();
    phone = terminal = undefined;
  });

  for (const name of realAgents) {
    it(`L38: ${name}: prompts and answers of either side are on both`, async function () {
      needing(this, 'agents');
      const missing = agentMissing(name);
      if (missing) {
        console.log(`skipped: ${missing}`);
        return this.skip();
      }
      const { network, model, browser } = place;
      const folder = tempFolder('od-chat');
      const workspace = join(folder, 'work');
      mkdirSync(workspace);
      const agent = agentCommand(name, { home: join(folder, 'agent'), modelUrl: model.url });
      const words = [agent.command, ...agent.args].map((word) => `'${word}'`).join(' ');
      const chat = ['chat', '--remote-control', '--cwd', workspace, '--agent-command', words];
      const [program, args] = network.command(process.execPath, cliPath, ...chat);
      const open = (terminal = await Terminal.open([program, ...args], {
        ...{ columns: 120, rows: 50 },
        env: { ...agent.env, OFFDESK_HOME: join(folder, 'machine') },
      }));
      const shows = (what: string | RegExp): Promise<string> => open.shows(what, patienceMs);
      const type = async (text: string): Promise<void> => {
        await open.press('-l', text);
        await open.press('Enter');
      };
      const shown = await shows(/#i=[A-Za-z0-9_-]{108}[^]* idle /);
      const link = /http:\/\/\S+#i=[A-Za-z0-9_-]{108}/.exec(
        shown.replaceAll(/\n(?=[A-Za-z0-9_-])/g, ''),
      )?.[0];
      assert.ok(link, shown);

      phone = await openPhone(browser, { pictures: 'chat' });
      phone.context.setDefaultTimeout(patienceMs);
      const { page } = phone;
      const surface = new Surface(name, () => page);
      await phone.open(link);
      await shows('wants to pair');
      await open.press('C-y');
      await shows('c with all rights');
      await open.press('c');
      await surface.message.waitFor();

      // What is typed here is there.
      await type('typed at the desk [[text]]');
      await surface.waitForFate('typed at the desk', 'done');
      await surface.waitForText(greeting);
      await shows(greeting);

      // What is written there stands here as if typed, with whose it is.
      await surface.write('written on the phone [[text]]');
      await shows(/> written on the phone \[\[text\]\] \(.+\)/);
      await surface.waitForFate('written on the phone', 'done');

      // A question that is answered here is closed there.
      await type('[[shell]] asked at the desk');
      await surface.card.waitFor();
      await shows('asks to run a command');
      await open.press('1');
      await surface.card.waitFor({ state: 'detached' });
      await shows('(allowed here)');
      await surface.waitForFate('asked at the desk', 'done');
      await shows(/ idle /);

      // And the other way round.
      await surface.write('[[shell]] asked on the phone');
      await surface.card.waitFor();
      await eventually(async () => (await open.screen()).join('\n').includes('asks to run a command'), {
        ...{ what: 'the question in the terminal', timeoutMs: patienceMs },
      });
      await surface.card.getByRole('button', { name: allow[name], exact: true }).click();
      await shows(/\(allowed by .+\)/);
      await surface.waitForFate('asked on the phone', 'done');
      await eventually(async () => !(await open.screen()).join('\n').includes('asks to run a command'), {
        ...{ what: 'the question to be closed in the terminal', timeoutMs: patienceMs },
      });

      // Not by what has scrolled away: while it works, Ctrl-C stops it and does not leave.
      await eventually(async () => / idle /.test((await open.screen()).join('\n')), {
        ...{ what: 'the agent to be idle', timeoutMs: patienceMs },
      });
      await open.press('C-c');
      assert.equal(await open.exitCode(patienceMs), '0');
    });
  }
});

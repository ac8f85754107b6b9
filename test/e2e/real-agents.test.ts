/** Real coding agents from the phone's page: prompt, answer, permission, question, Stop, crash (issue 2, line 5). */
import assert from 'node:assert/strict';
import { agentMissing, realAgents, type RealAgent } from '../support/real-agents.ts';
import { eventually } from '../support/wait.ts';
import { said } from '../model/scenarios.ts';
import { optionsOf, type PermissionOption } from '../../src/transcript/asked.ts';
import { AgentWorld, patienceMs } from './support/agent-world.ts';
import { expectedItems } from './support/expected-items.ts';
import { quietPlace } from './support/quiet-place.ts';

/** As these versions of the packages name them. */
const words: Record<RealAgent, { mode: string; options: string[]; allow: string; reject: string }> = {
  claude: {
    mode: 'Manual',
    options: ['Yes', 'Yes, allow all edits during this session', 'No'],
    allow: 'Yes',
    reject: 'No',
  },
  opencode: {
    mode: 'build',
    options: ['Allow once', 'Always allow', 'Reject'],
    allow: 'Allow once',
    reject: 'Reject',
  },
};

/** Milliseconds between two words of a slow answer, of which there are 600: it never ends by itself in a test. */
const slowMs = 100;

describe('real agents from the phone', function () {
  this.timeout(180_000);
  const place = quietPlace(slowMs);

  for (const name of realAgents) {
    describe(name, () => {
      let world: AgentWorld;
      /** Each step goes on where the one before ended. */
      let broken = false;
      let pictures = 0;

      before(function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`      skipped: ${missing}`);
          this.skip();
        }
        const colorScheme = name === 'claude' ? 'light' : 'dark';
        world = new AgentWorld(name, { ...place, phone: { colorScheme } });
        const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 2}`);
        world.write('readme.txt', ['alpha line', ...lines, ''].join('\n'));
      });
      beforeEach(function () {
        if (broken) this.skip();
      });
      afterEach(async function () {
        if (this.currentTest?.state !== 'failed') return;
        broken = true;
        await picture('failed').catch(() => undefined);
        console.log(world.host?.output.slice(-4_000));
      });
      after(() => world?.close());

      const picture = (what: string) =>
        world.phone.picture(`${name}-${String(++pictures).padStart(2, '0')}-${what}`);
      const log = () => world.onPhone.log;
      const card = () => world.onPhone.card;
      const press = (button: string) => card().getByRole('button', { name: button, exact: true }).click();

      /** A tool call in the conversation. */
      const tool = (title: string) => log().getByRole('region', { name: title }).last();

      /** Sends a prompt that ends in a question; what the agent offers as answers is on the buttons, word by word. */
      async function ask(prompt: string): Promise<PermissionOption[]> {
        await world.onPhone.write(prompt);
        await card().waitFor({ timeout: patienceMs });
        const { items } = await world.journal();
        const open = items.find((item) => item.kind === 'question' && item.state.kind === 'open');
        assert.ok(open?.kind === 'question');
        const options = optionsOf(open.request);
        // Beside the agent's words stands whether the answer lasts.
        assert.deepEqual(
          await card().getByRole('group').locator('button .words').allInnerTexts(),
          options.map((option) => option.name),
        );
        return options;
      }

      it('S8, A4: starts in the workspace; the phone opens the link and shows the same digits', async () => {
        const { shown, code } = await world.pair(await world.startHost());
        assert.equal(shown.replace(' ', ''), code);
        await world.openReader();
        await world.phone.page.getByRole('status').getByText('connected · end-to-end encrypted').waitFor();
      });

      it('C12, C7, S7: text streams, the thought is folded, mode and title are the agent’s', async () => {
        const prompt = 'Please read the whole readme of this workspace and say what is in it [[text]]';
        await world.onPhone.write(prompt);
        await world.onPhone.waitForFate(prompt, 'done');
        await log().getByText('Hello from the fake model. Markdown and code here').waitFor();
        await log().locator('strong', { hasText: 'Markdown' }).waitFor();
        const thought = log().getByText(said.thought);
        assert.equal(await thought.isVisible(), false);
        await picture('answer');
        await log()
          .getByText(/^Thought/)
          .click();
        await thought.waitFor();
        await picture('thought');
        await world.phone.page
          .locator('footer')
          .getByRole('button', { name: words[name].mode })
          .first()
          .waitFor();
        // opencode tells no title: then the first prompt is one. Claude Code may tell it after the turn.
        const { title, modes } = await eventually(
          async () => {
            const read = await world.journal();
            return (read.title !== null) === (name === 'claude') && read;
          },
          { what: 'the title in the journal', timeoutMs: patienceMs, everyMs: 500 },
        );
        assert.ok(modes?.['currentModeId']);
        const header = world.phone.page.getByRole('banner').locator('.title');
        const wanted = title ?? `${prompt.slice(0, 59)}…`;
        await eventually(async () => (await header.innerText()) === wanted, { what: `the title ${wanted}` });
      });

      it('C4: an edit is shown with its change, and happens when the phone allows it', async () => {
        const options = await ask('Change the readme [[edit]]');
        assert.deepEqual(options.map((option) => option.name).sort(), words[name].options.sort());
        const change = card().getByLabel('Changes to readme.txt');
        assert.match(await change.innerText(), /− alpha[^\n]*\s+\+ beta/);
        await card().getByText('in garden-shed').waitFor();
        await log()
          .getByText(/^(waiting|running)$/)
          .waitFor();
        await picture('edit');
        assert.match(world.read('readme.txt'), /^alpha line\n/);
        await press(words[name].allow);
        await world.onPhone.waitForFate('Change the readme', 'done');
        assert.match(world.read('readme.txt'), /^beta line\nline 2\n/);
        await world.onPhone.waitForText(`Allowed by ${world.phoneName}`);
        await tool('readme.txt').getByText('done', { exact: true }).waitFor();
        assert.match(await tool('readme.txt').getByLabel('Changes to readme.txt').innerText(), /\+ beta/);
        await picture('edited');
      });

      it('C4: a file that the phone rejects is not written', async () => {
        await ask('Write a file [[write:rejected.txt]]');
        await card().getByText('new', { exact: true }).waitFor();
        await press(words[name].reject);
        await world.onPhone.waitForFate('Write a file', 'done');
        assert.equal(world.has('rejected.txt'), false);
        await world.onPhone.waitForText(`Rejected by ${world.phoneName}`);
        await log().getByRole('region').last().getByText('rejected', { exact: true }).waitFor();
        await picture('rejected');
      });

      it('C4, C12: a command is shown exactly, runs when allowed, and its output is there', async () => {
        const command =
          'printf "one\\ntwo\\n" > "made by a command.txt" && cat "made by a command.txt" | tail -n 2';
        await ask(`Run it [[shell:${command}]]`);
        await card().getByText(command, { exact: true }).waitFor();
        await picture('command');
        assert.equal(world.has('made by a command.txt'), false);
        await press(words[name].allow);
        await world.onPhone.waitForFate('Run it', 'done');
        assert.equal(world.read('made by a command.txt'), 'one\ntwo\n');
        await tool(command).getByText('done', { exact: true }).waitFor();
        await tool(command).getByRole('button', { name: 'Show 2 lines of output' }).click();
        assert.equal(await tool(command).getByLabel('Output').innerText(), 'one\ntwo');
        await picture('output');
        // As it was, for the comparison with the journal.
        await tool(command).getByRole('button', { name: 'Output' }).click();
      });

      it('C4: a command that the phone rejects does not run', async () => {
        await ask('Do not run it [[denied]]');
        await press(words[name].reject);
        await world.onPhone.waitForFate('Do not run it', 'done');
        assert.equal(world.has('denied.txt'), false);
      });

      if (name === 'claude') {
        it('C5: a question with choices is answered on the phone', async () => {
          await world.onPhone.write('Ask me [[ask]]');
          await card().getByText('Which colour do you want?').waitFor({ timeout: patienceMs });
          await card().getByRole('radio', { name: 'Blue' }).check();
          await picture('question');
          await press('Submit');
          await world.onPhone.waitForFate('Ask me', 'done');
          await world.onPhone.waitForText('"Which colour do you want?"="Blue"');
        });
      }

      it('C3, C1: a slow answer streams and Stop ends it; the next prompt is answered', async () => {
        await world.onPhone.write('Talk slowly [[slow]]');
        const first = await world.waitForWords(3);
        assert.ok((await world.waitForWords(first + 3)) < 599, 'it comes word by word');
        await picture('streaming');
        await world.onPhone.stop.click();
        await world.onPhone.waitForFate('Talk slowly', 'stopped');
        await world.onPhone.write('And again [[text]]');
        await world.onPhone.waitForFate('And again', 'done');
      });

      it('C3: Stop ends a command that runs', async () => {
        await ask('Run for long [[slow-shell:echo begun > begun.txt && sleep 300]]');
        await press(words[name].allow);
        await eventually(() => world.has('begun.txt'), { what: 'the command', timeoutMs: patienceMs });
        await world.onPhone.stop.click();
        await world.onPhone.waitForFate('Run for long', 'stopped');
        const sleeping = () => world.agentProcesses().some(({ command }) => /sleep 300$/.test(command));
        await eventually(() => !sleeping(), { what: 'the command to be gone' });
        await log()
          .getByText(/^(running|waiting)$/)
          .waitFor({ state: 'detached' });
      });

      it('C3: Stop with a question open takes it away, and nothing happens', async () => {
        await ask('Write another [[write:never.txt]]');
        await world.onPhone.stop.click();
        await card().waitFor({ state: 'detached' });
        await world.onPhone.waitForFate('Write another', 'stopped');
        await world.onPhone.waitForText(`Stopped by ${world.phoneName}`);
        assert.equal(world.has('never.txt'), false);
        await picture('stopped');
      });

      it('N1: the conversation on the page is the journal', pageIsTheJournal);

      it('an agent that is killed mid-turn is told in a sentence, and the next prompt starts it again', async () => {
        await world.onPhone.write('Talk until you die [[slow]]');
        await world.waitForWords(3);
        const before = world.agentProcesses();
        const agent = before.find(({ parent }) => parent === world.host.pid);
        assert.ok(agent);
        process.kill(agent.pid, 'SIGKILL');
        const alert = world.phone.page.locator('[role=alert][data-code=agent_exited]');
        await alert.waitFor();
        await world.onPhone.waitForFate('Talk until you die', 'interrupted');
        await world.onPhone.waitForText(/was ended by SIGKILL\. Send a prompt to start it again\./);
        assert.match(await alert.innerText(), /is not running\.\s+Send a prompt to start it again\./);
        await picture('killed');
        await eventually(() => world.agentProcesses().length === 0, { what: 'what it started to be gone' });
        await world.onPhone.write('Are you there [[text]]');
        await world.onPhone.waitForFate('Are you there', 'done');
        await alert.waitFor({ state: 'detached' });
        await picture('back');
        await pageIsTheJournal();
      });

      it('N1: a page that is opened anew reads the same', async () => {
        await world.phone.reopen();
        await world.onPhone.waitForFate('Are you there', 'done');
        await pageIsTheJournal();
        assert.deepEqual(world.phone.log.exceptions, []);
      });

      it('leaves no process behind', async () => {
        world.host.signal('SIGINT');
        assert.equal((await world.host.waitForExit()).code, 0);
        await eventually(() => world.host.leftovers().length === 0, { what: 'nothing to be left' });
      });

      it('S8: is found by its name', async () => {
        await world.startByName();
        await world.waitForActivity(/^agent ready$/);
        assert.equal(world.event('error'), undefined);
        await world.host.stop('SIGINT');
      });

      async function pageIsTheJournal(): Promise<void> {
        const { transcript, cwd } = await world.journalRead();
        const expected = expectedItems(transcript, { id: world.phoneId, cwd });
        assert.deepEqual(await world.onPhone.items(), expected);
      }
    });
  }

  describe('without a login', () => {
    let world: AgentWorld;
    before(function () {
      const missing = realAgents.flatMap((name) => agentMissing(name) ?? []);
      for (const one of missing) console.log(`      skipped: ${one}`);
      if (missing.length > 0) this.skip();
    });
    afterEach(function () {
      if (this.currentTest?.state === 'failed') console.log(world?.host?.output.slice(-4_000));
      return world?.close();
    });

    it('S8: Claude Code says so at its start, on the phone and in the CLI; a prompt says so too', async () => {
      world = new AgentWorld('claude', place);
      await world.pair(await world.startByName({ ANTHROPIC_API_KEY: undefined }));
      const alert = world.phone.page.locator('[role=alert][data-code=agent_login_required]');
      await alert.waitFor();
      await world.phone.picture('claude-logged-out');
      assert.match(await alert.innerText(), /Claude Code is not logged in\..*log in there/s);
      const error = await eventually(() => world.event('error'), { what: 'the error on stdout' });
      assert.equal(error['code'], 'agent_login_required');
      await world.onPhone.write('Hello [[text]]');
      await world.onPhone.waitForFate('Hello', 'failed');
    });

    it('S8: the first agent that is logged in is taken, and why another was not is told', async () => {
      world = new AgentWorld('opencode', place);
      const link = await world.startFirst();
      await world.waitForActivity(/^Claude Code is not logged in\./);
      await world.pair(link);
      await world.phone.page.getByRole('banner').getByText('garden-shed · opencode').waitFor();
      assert.equal(world.event('error'), undefined);
      assert.ok(world.agentProcesses().every(({ command }) => !/claude/i.test(command)));
    });
  });
});

/** Real agents with the real VS Code: what is in its editors and not saved, and a session of a second agent (issue 5). */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { said } from '../model/scenarios.ts';
import { CodeEditor } from '../support/code-editor.ts';
import { shows, sizeLine, terminalInput, typeInto } from '../support/page-terminal.ts';
import { button } from '../support/phone-steps.ts';
import { agentMissing } from '../support/real-agents.ts';
import { eventually } from '../support/wait.ts';
import { AgentDesk } from './support/agent-desk.ts';
import { choose, sawPhoto, taken } from './support/attach-steps.ts';
import { quietPlace } from './support/quiet-place.ts';
import { openRow, rowOf, showsSession, toList } from './support/session-steps.ts';
import type { Surface } from './support/surface.ts';

const typed = 'a line that nobody saved';

describe('real agents in VS Code', function () {
  this.timeout(240_000);
  const place = quietPlace(50, 'vscode');
  let world: AgentDesk;
  let file: string;
  let editor: CodeEditor;

  before(async function () {
    const missing = agentMissing('kimi') ?? agentMissing('claude');
    if (missing) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    world = new AgentDesk('kimi', {
      ...{ ...place, pictures: 'vscode-agents', also: ['claude'] },
      // A web VS Code saves by itself.
      settings: { 'files.autoSave': 'off' },
    });
    await world.open();
    await world.pair();
    file = join(world.workspace, 'readme.txt');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await world?.picture('failed').catch(() => undefined);
  });
  after(() => world?.close());

  const onDisk = () => readFileSync(file, 'utf8');
  /** What came of the tool, as it reached the model, which says it; allowed where the agent asks for it. */
  const answered = async (prompt: string): Promise<string> => {
    await world.onPhone.write(prompt);
    // Kimi asks before it writes to a folder that is in no git repository, and to no other.
    if (await world.asks(prompt)) await world.onPhone.card.locator('[data-kind=allow_once]').first().tap();
    await world.onPhone.waitForFate(prompt, 'done');
    return world.onPhone.answer(prompt);
  };

  describe('an editor with text that is not saved', () => {
    it('O13: the agent reads it as it is there (C16)', async () => {
      editor = await CodeEditor.open(world.desk, 'readme.txt');
      await editor.type(`${typed}\n`);
      await editor.isDirty(true);
      const prompt = `Read it [[read:${file}]]`;
      const said = await answered(prompt);
      assert.match(said, /^Done with read/m);
      assert.ok(said.includes('alpha line') && said.includes(typed), said);
      const tool = world.onPhone.below(prompt).locator('section.tool');
      await tool.getByRole('button', { name: 'Show 2 lines of output' }).tap();
      await tool.getByLabel('Output').getByText(typed).waitFor();
      await world.picture('read');
      assert.equal(onDisk(), 'alpha line\n');
    });

    it('O13: what the agent edits there keeps it; both are saved, and one undo takes the edit back', async () => {
      assert.match(await answered(`Edit it [[edit:${file}]]`), /^Done with edit/m);
      await editor.shows('beta line');
      await editor.isDirty(false);
      assert.equal(onDisk(), `beta line\n${typed}\n`);
      await editor.press('Control+Z');
      await editor.shows('alpha line');
      await editor.shows(typed);
      await editor.isDirty(true);
      await world.picture('edited');
    });

    it('O13: what the agent has not read it does not write over, and says why', async () => {
      await editor.type('and another\n');
      const prompt = `Write it [[write:${file}]]`;
      assert.match(
        await answered(prompt),
        /not saved and that this agent has not read.*Read the file again/s,
      );
      await editor.shows(typed);
      await editor.shows('and another');
      await editor.isDirty(true);
      assert.equal(onDisk(), `beta line\n${typed}\n`);
      await world.picture('refused');
    });

    it('O13: once it has read it it may, and undo has what was there', async () => {
      assert.ok((await answered(`Read again [[read:${file}]]`)).includes('and another'));
      assert.match(await answered(`Write now [[write:${file}]]`), /^Done with write/m);
      assert.equal(onDisk(), said.file);
      await editor.isDirty(false);
      await editor.shows('hello written by scripted model');
      await editor.press('Control+Z');
      for (const text of ['alpha line', typed, 'and another']) await editor.shows(text);
    });
  });

  describe('a command that Kimi Code runs in a shared terminal', () => {
    const both = () => [world.onPhone, world.atDesk];
    const toolOf = (surface: Surface, prompt: string) => surface.below(prompt).locator('section.tool');
    /** Allows it on the phone; its first words are live in its tool call, on both. */
    const runs = async (command: string, first: string): Promise<string> => {
      const prompt = `Run it [[shell:${command}]]`;
      await world.onPhone.write(prompt);
      await world.onPhone.card.locator('[data-kind=allow_once]').first().tap();
      for (const surface of both()) {
        const tool = toolOf(surface, prompt);
        await tool.locator('.live-term pre').getByText(first).waitFor();
        await tool.locator('.head .state').getByText('running').waitFor();
      }
      return prompt;
    };
    /** On the phone, from its tool call. */
    const open = async (prompt: string): Promise<void> => {
      await toolOf(world.onPhone, prompt).getByRole('button', { name: 'Open terminal' }).tap();
      await terminalInput(world.phone.page).waitFor({ state: 'attached' });
    };

    it('O12: what it prints is live in its tool call on both, a phone types into it, and its end stays (C13)', async () => {
      const { page } = world.phone;
      const prompt = await runs(
        'echo first-$((40+2)); read word; echo got-$word; until test -e go.txt; do sleep 0.2; done; echo last-$((40+4)); exit 3',
        'first-42',
      );
      await world.picture('terminal-live');
      await open(prompt);
      await shows(page, 'first-42');
      await typeInto(page, 'roses\r');
      await shows(page, 'got-roses');
      await world.picture('terminal-typed');
      await button(page, 'All terminals').tap();
      await button(page, 'Back to the conversation').tap();
      for (const surface of both())
        await toolOf(surface, prompt).locator('.live-term pre').getByText('got-roses').waitFor();
      writeFileSync(join(world.workspace, 'go.txt'), '');
      for (const surface of both()) {
        const tool = toolOf(surface, prompt);
        await tool
          .locator('.head .state')
          .getByText(/exit code 3/)
          .waitFor();
        await tool.locator('.live-term').waitFor({ state: 'detached' });
        const output = tool.getByLabel('Output');
        for (const text of ['first-42', 'got-roses', 'last-44']) await output.getByText(text).waitFor();
      }
      await world.onPhone.waitForFate(prompt, 'done');
      assert.match(await world.onPhone.answer(prompt), /got-roses[^]*last-44/);
      await world.picture('terminal-ended');
    });

    it('O8, O12: closing it on the phone ends the command, and the turn goes on (C13)', async () => {
      const { page } = world.phone;
      const prompt = await runs('echo begun-$((40+5)); sleep 301', 'begun-45');
      await open(prompt);
      // It is in nobody's tab at the desk, so that it is the phone's to size.
      await sizeLine(page).waitFor({ state: 'detached' });
      await button(page, 'Close terminal').tap();
      await world.picture('terminal-close-asked');
      await button(page, 'End it and close').tap();
      await button(page, 'Back to the conversation').tap();
      for (const surface of both()) {
        await surface.waitForFate(prompt, 'done');
        await toolOf(surface, prompt)
          .locator('.head .state')
          .getByText(/^stopped · ended by SIG/)
          .waitFor();
      }
      await world.picture('terminal-closed');
    });
  });

  describe('a session of another agent', () => {
    const name = 'Look at photos';

    it('H14: New Session asks for the agent and a name; it is in the view and on the phone (S1, C18)', async () => {
      const { desk, phone } = world;
      await desk.runCommand('Offdesk: New Session');
      await desk.quickPickRow('Kimi Code').waitFor();
      await desk.picture('new-session-agent');
      await desk.pick('Claude Code');
      await desk.enterText(name);
      await showsSession(desk, name);
      await toList(phone.page);
      const row = rowOf(phone.page, name);
      await row.getByText('Claude Code').waitFor();
      await world.picture('new-session');
      await openRow(phone.page, name);
      await answered('Hello [[text]]');
      await world.atDesk.waitForFate('Hello', 'done');
    });

    it('Z8: a photo from the phone reaches it as an image, upright and without its place (C11, N11)', async () => {
      const since = place.model.requests().length;
      await choose(world.phone, await taken(world.phone));
      await world.onPhone.message.fill('Look at this [[text]]');
      await eventually(() => button(world.phone.page, 'Send').isEnabled(), { what: 'the photo to be ready' });
      await button(world.phone.page, 'Send').tap();
      for (const surface of [world.onPhone, world.atDesk]) await surface.waitForFate('Look at this', 'done');
      sawPhoto(place.model, since);
      // Read once it is in sight, there as here.
      const shown = world.atDesk.log.locator('.attached-file img');
      await shown.scrollIntoViewIfNeeded();
      await shown.waitFor();
      await world.picture('photo');
    });
  });
});

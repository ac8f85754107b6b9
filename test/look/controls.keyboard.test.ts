/** Every action of a session by keyboard alone, from Tab to the key that does it, on both surfaces. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../support/wait.ts';
import { answerOf, asked, happen } from './controls.host.ts';
import { Keys } from './controls.keys.ts';
import { open, views, type View } from './controls.views.ts';
import { lookAt, narrowSights } from './screens.sights.ts';

for (const surface of ['phone', 'desk'] as const)
  describe(`by keyboard alone, ${surface === 'phone' ? 'on the phone’s page' : 'at the desk'}`, function () {
    this.timeout(120_000);
    const looking = lookAt(narrowSights.filter(({ name }) => name.startsWith('light')));
    const at = async (view: View) => {
      const page = await open(looking, surface, view);
      return { page, keys: new Keys(page) };
    };
    const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });

    it('C4: a command is read, allowed once, or for longer once that is confirmed', async () => {
      const { page, keys } = await at(views.command);
      await keys.to(page.locator('.ask pre'));
      await keys.use(/^Always allow npm test/);
      await keys.isOn(page.getByRole('button', { name: 'Confirm' }));
      await keys.use('Back');
      await keys.isOn(page.getByRole('button', { name: /^Always allow npm test/ }));
      await keys.press('Enter');
      await keys.isOn(page.getByRole('button', { name: 'Confirm' }));
      await keys.press('Enter');
      assert.deepEqual(await answerOf(page), { outcome: 'selected', optionId: 'b' });
      const again = await at(views.command);
      await again.keys.use('Allow once');
      assert.deepEqual(await answerOf(again.page), { outcome: 'selected', optionId: 'a' });
    });

    it('C5: every kind of field is filled in, and the form is sent', async () => {
      const { page, keys } = await at(views.form);
      const fill = async (name: string, text: string) => {
        await keys.to(page.getByRole('textbox', { name }));
        await keys.type(text);
      };
      await fill('Title', 'A new release');
      await fill('Answers go to', 'me@example.org');
      // What stands there is selected: typing takes its place.
      await fill('Page', 'https://example.org/new');
      // The browser's language says whether day or month comes first, and whether there are two halves of a day.
      await fill('Day', '12122026');
      await fill('Time', '12122026');
      await keys.press('ArrowRight');
      await keys.type('0930A');
      await fill('Copies', '3');
      await fill('Share', '0.5');
      await keys.to(page.getByRole('checkbox', { name: 'As a draft first' }));
      await keys.press('Space');
      await keys.to(page.getByRole('radio', { name: 'short' }));
      await keys.press('ArrowDown');
      for (const name of ['Blog', 'Chat']) {
        await keys.to(page.getByRole('checkbox', { name }));
        await keys.press('Space');
      }
      await keys.to(page.getByRole('combobox', { name: 'Zone' }));
      // The third that begins so: of a whole word a browser that stands still for a second takes the rest for another.
      await keys.type('zzz');
      await keys.use('Submit');
      const answer = (await answerOf(page)) as { content: Record<string, unknown> };
      assert.deepEqual(answer, {
        action: 'accept',
        content: {
          ...{ title: 'A new release', mail: 'me@example.org', page: 'https://example.org/new' },
          ...{ day: '2026-12-12', time: answer.content['time'], copies: 3, share: 0.5, draft: false },
          ...{ size: 'long', channels: ['blog', 'chat'], zone: 'zone c' },
        },
      });
      assert.equal(
        new Date(String(answer.content['time'])).getTime(),
        await page.evaluate(`new Date('2026-12-12T09:30').getTime()`),
      );
    });

    it('C5: a form or a page to open is declined; the page opens', async () => {
      const form = await at(views.form);
      await form.keys.use('Decline');
      assert.deepEqual(await answerOf(form.page), { action: 'decline' });
      const { page, keys } = await at(views.page);
      await keys.to(page.getByRole('link', { name: 'Open evil.example' }));
      const [popup] = await Promise.all([page.waitForEvent('popup'), keys.press('Enter')]);
      await popup.close();
      assert.deepEqual(await answerOf(page), { action: 'accept' });
    });

    it('C6: a plan is read, commented on, and approved with what follows', async () => {
      const { page, keys } = await at(views.plan);
      await keys.to(page.getByRole('region', { name: 'The plan' }));
      await keys.use('Read the plan in full');
      await keys.isOn(page.getByRole('button', { name: 'Back to the answers' }));
      await keys.press('Enter');
      await keys.to(page.getByRole('textbox', { name: /^Comment/ }));
      await keys.type('Orders first.');
      await keys.use('Yes, and ask for each edit');
      assert.deepEqual(await answerOf(page), { outcome: 'selected', optionId: 'ask' });
      const [prompt] = await asked(page, 'session/prompt');
      assert.deepEqual(prompt!['prompt'], [{ type: 'text', text: 'Orders first.' }]);
    });

    it('U11, C2: what waits is moved, edited, sent now and removed, and comes back', async () => {
      const { page, keys } = await at(views.queue);
      await keys.toButton(/^Move up: Then/);
      assert.equal(await page.locator(':focus').getAttribute('aria-disabled'), 'true');
      await keys.use(/^Move up: Look/);
      const [move] = await asked(page, '_offdesk/queue/move');
      assert.deepEqual([move!['id'], move!['before']], ['w3', 'w2']);
      await keys.use(/^Edit: And/);
      await keys.isOn(page.getByRole('textbox', { name: 'Text of the waiting message' }));
      await keys.type(' today');
      await keys.press('Control+Enter');
      const [edit] = await asked(page, '_offdesk/queue/edit');
      const text = 'And bump the version in package.json, the lock file and the docs today';
      assert.deepEqual([edit!['id'], edit!['prompt']], ['w2', [{ type: 'text', text }]]);
      await keys.use(/^Send now: Look/);
      // Asked first; the focus is on Yes.
      await keys.isOn(page.getByRole('button', { name: 'Stop and send now' }));
      await keys.press('Enter');
      const [now] = await asked(page, '_offdesk/queue/now');
      assert.equal(now!['id'], 'w3');
      await keys.use(/^Remove from the queue: Then/);
      const [removal] = await asked(page, '_offdesk/queue/remove');
      assert.equal(removal!['id'], 'w1');
      await happen(page, { type: 'prompt_removed', id: 'w1' }, 'p:w1');
      await page.getByText('2 messages wait their turn').waitFor();
      await keys.isOn(page.getByRole('button', { name: 'Undo' }));
      await keys.press('Enter');
      const [back] = await asked(page, 'session/prompt');
      const { id } = (back!['_meta'] as { offdesk: { id: string } }).offdesk;
      await happen(page, { type: 'prompt_received', id, prompt: back!['prompt'] }, `p:${id}`);
      const moves = await asked(page, '_offdesk/queue/move', 2);
      assert.deepEqual([moves[1]!['id'], moves[1]!['before']], [id, 'w2']);
    });

    it('U14, C7 and C8: mode, model and a switch are changed; passing by a value does not choose it', async () => {
      const { page, keys } = await at(views.queue);
      await keys.use(/^Modes and options/);
      const choose = async (name: string, steps: number) => {
        await keys.to(page.getByRole('combobox', { name, exact: true }));
        // The first opens the list.
        await keys.press(...Array<string>(1 + steps).fill('ArrowDown'), 'Enter');
      };
      await choose('Mode', 2);
      if (surface === 'phone') {
        await keys.isOn(page.getByRole('button', { name: 'Back' }));
        await keys.use('Switch to Bypass permissions');
        await keys.isOn(page.getByRole('combobox', { name: 'Mode', exact: true }));
      }
      await choose('Model', 1);
      await keys.to(page.getByRole('switch', { name: /^Allow all/ }));
      await keys.press('Space');
      const options = await asked(page, 'session/set_config_option', 2);
      assert.deepEqual(
        options.map(({ configId, value }) => [configId, value]),
        [
          ['model', 'haiku'],
          ['allow', false],
        ],
      );
      assert.deepEqual(
        (await asked(page, 'session/set_mode')).map(({ modeId }) => modeId),
        ['bypass'],
      );
      await keys.press('Escape');
      await keys.isOn(page.getByRole('button', { name: /^Modes and options/ }));
    });

    it('U14: where a script may not open a list, Space does, and arrows choose nothing in passing (C7)', async () => {
      const { page, keys } = await at(views.queue);
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      // As in a frame of another origin, which VS Code's webview is.
      await page.evaluate(`HTMLSelectElement.prototype.showPicker = () => {
        throw new DOMException('Cross-origin', 'SecurityError');
      }`);
      await keys.use(/^Modes and options/);
      await keys.to(page.getByRole('combobox', { name: 'Model', exact: true }));
      await keys.press('ArrowDown', 'Space', 'ArrowDown', 'Enter');
      const [option] = await asked(page, 'session/set_config_option');
      assert.deepEqual([option!['configId'], option!['value']], ['model', 'haiku']);
      assert.deepEqual(wrong, []);
    });

    it('C9: a command is completed, with what may follow, and sent', async () => {
      const { page, keys } = await at(views.queue);
      await keys.to(message(page));
      await keys.type('/re');
      assert.deepEqual(
        (await page.getByRole('option').allInnerTexts()).map((text) => text.split(/\s/)[0]),
        ['/review', '/rename', '/remote-control'],
      );
      await keys.press('ArrowDown');
      const active = await message(page).getAttribute('aria-activedescendant');
      assert.match(
        (await page.locator(`#${active}`).getAttribute('aria-label')) ?? '',
        /^\/rename, \[name\]/,
      );
      await keys.press('Tab');
      assert.equal(await message(page).inputValue(), '/rename ');
      await page.getByText('/rename [name]').waitFor();
      await keys.type('Today');
      await keys.press(surface === 'phone' ? 'Control+Enter' : 'Enter');
      const [prompt] = await asked(page, 'session/prompt');
      assert.deepEqual(prompt!['prompt'], [{ type: 'text', text: '/rename Today' }]);
    });

    it('C2: the turn is stopped', async () => {
      const { page, keys } = await at(views.queue);
      await keys.use('Stop');
      await asked(page, 'session/cancel');
    });

    it('C12: thoughts, diffs and outputs are unfolded and folded', async () => {
      const { page, keys } = await at(views.queue);
      const thought = page.locator('details.thought');
      const isOpen = () => thought.evaluate((element) => (element as HTMLDetailsElement).open);
      for (const wanted of [true, false]) {
        await keys.to(thought.locator('summary'));
        await keys.press('Enter');
        await eventually(async () => (await isOpen()) === wanted, { what: 'the thought' });
      }
      const rich = await at(views.rich);
      for (const [fold, unfolded] of [
        [/^Show \d+ more lines/, /^Show less/],
        [/^Show \d+ lines of output/, /^(?:Output|Contents of)/],
      ] as const) {
        await rich.keys.use(fold);
        await rich.keys.isOn(rich.page.getByRole('button', { name: unfolded }));
        await rich.keys.press('Enter');
        await rich.keys.isOn(rich.page.getByRole('button', { name: fold }));
      }
    });

    it('what is typed after Ctrl-F, before the search is there, is searched for and no message', async () => {
      const { page, keys } = await at(views.rich);
      await keys.to(message(page));
      let goOn = () => {};
      const held = new Promise<void>((resolve) => (goOn = resolve));
      await page.route('**/*.js', (route) => held.then(() => route.continue()));
      await keys.press('Control+f');
      await keys.type('rated');
      await keys.press('Backspace');
      goOn();
      await keys.isOn(page.getByRole('searchbox'));
      await keys.type(' limit');
      assert.equal(await page.getByRole('searchbox').inputValue(), 'rate limit');
      await keys.press('Escape');
      assert.equal(await message(page).inputValue(), '');
    });

    it('S9: a past session of the agent goes on', async () => {
      const view = surface === 'phone' ? views['past-sessions'] : views['past-sessions-beside'];
      const { page, keys } = await at({ scene: view.scene, whole: view.whole });
      if (surface === 'desk') await keys.use('Pairing, devices and reach');
      await keys.use('The agent’s past sessions');
      await keys.use(/^Continue: Why/);
      const [wish] = await asked(page, '_offdesk/agent_sessions/continue');
      assert.equal(wish!['id'], 'a1');
    });
  });

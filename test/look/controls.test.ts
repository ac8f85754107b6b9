/** What a user does on the page: seen on both surfaces in every theme, judged by axe, and what reaches the host. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { outputPath } from '../support/paths.ts';
import { eventually } from '../support/wait.ts';
import { answerOf, asked, happen } from './controls.host.ts';
import { open, show, two, views, type View } from './controls.views.ts';
import { assertNotBlank } from './screens.checks.ts';
import { lookAt, narrowSights, wrongWith, type Sight, type SurfaceName } from './screens.sights.ts';

describe('what a user does, on both surfaces', function () {
  this.timeout(180_000);
  const looking = lookAt(narrowSights);

  const at = (surface: SurfaceName, view: View) => open(looking, surface, view);

  for (const [name, view] of Object.entries<View>(views))
    it(`C2, C4 to C9, C12 and S9: ${name} is well seen, and has no serious finding`, async () => {
      const found = await Promise.all(
        [...looking.pages]
          .filter(([{ surface }]) => view.only === undefined || view.only === surface)
          .map(([sight, page]) => look(page, sight, name, view)),
      );
      assert.deepEqual(found.flat(), []);
    });

  async function look(page: Page, sight: Sight, name: string, view: View): Promise<string[]> {
    const picture = `${sight.surface}-${name}-${sight.name}`;
    await show(looking, page, sight, view);
    assertNotBlank(await page.screenshot({ path: outputPath('controls', `${picture}.png`) }), picture);
    const wrong = await wrongWith(page, sight, !view.covers);
    return wrong.map((problem) => `${picture}: ${problem}`);
  }

  it('U12, C4: options stand in the order of the agent, what lasts is confirmed, what hides is shown', async () => {
    const page = await at('phone', views.hidden);
    const options = page.getByRole('group', { name: 'Answers' }).getByRole('button');
    assert.deepEqual(await options.locator('.words').allInnerTexts(), [
      'Allow for this session',
      'Allow',
      'Reject',
    ]);
    assert.deepEqual(await page.locator('.ask .unseen').allInnerTexts(), [
      'U+202E',
      'U+202C',
      'U+200B',
      'U+001B',
    ]);
    await page.getByText('in /work/elsewhere/deep').waitFor();
    await options.first().press('Enter');
    const confirm = page.getByRole('button', { name: 'Confirm' });
    await confirm.waitFor();
    assert.equal(await confirm.evaluate((element) => element === document.activeElement), true);
    await page.keyboard.press('Enter');
    assert.deepEqual(await answerOf(page), { outcome: 'selected', optionId: 's' });
  });

  it('U13, C5: a form says at its fields what is wrong, and is sent once all is well', async () => {
    const page = await at('phone', views.form);
    const field = (name: string) => page.getByRole('textbox', { name });
    await field('Title').fill('no');
    await page.getByRole('button', { name: 'Submit' }).click();
    for (const words of ['At least 3 characters.', 'Please fill this in.'])
      await page.getByText(words).first().waitFor();
    assert.equal(await field('Title').getAttribute('aria-invalid'), 'true');
    assert.equal(await field('Title').evaluate((element) => element === document.activeElement), true);
    await field('Title').fill('A new release');
    await field('Answers go to').fill('me@example.org');
    await field('Share').fill('2');
    await page.getByRole('checkbox', { name: 'Chat' }).check();
    await page.getByRole('checkbox', { name: 'Blog' }).check();
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByText('At most 1.').waitFor();
    await field('Share').fill('0.5');
    await field('Share').press('Enter');
    assert.deepEqual(await answerOf(page), {
      action: 'accept',
      content: {
        ...{ title: 'A new release', mail: 'me@example.org', page: 'https://example.org', day: '2026-12-01' },
        ...{ copies: 2, share: 0.5, draft: true, size: 'short', channels: ['blog', 'chat'] },
      },
    });
  });

  it('U13, C5: a page to open says whose it is, whatever its address pretends', async () => {
    const page = await at('phone', views.page);
    const link = page.getByRole('link', { name: 'Open evil.example' });
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    await page.getByRole('button', { name: 'Decline' }).click();
    assert.deepEqual(await answerOf(page), { action: 'decline' });
  });

  it('C6: a plan is rejected with a comment, which is the next message', async () => {
    const page = await at('phone', views.plan);
    await page.getByRole('textbox', { name: /^Comment/ }).fill('Orders first.');
    await page.getByRole('button', { name: 'No, keep planning' }).click();
    assert.deepEqual(await answerOf(page), { outcome: 'selected', optionId: 'no' });
    const [prompt] = await asked(page, 'session/prompt');
    assert.deepEqual(prompt!['prompt'], [{ type: 'text', text: 'Orders first.' }]);
  });

  it('U11, C2: a message that begins while it is edited keeps what was written', async () => {
    const page = await at('phone', views.queue);
    await page.getByRole('button', { name: /^Edit: Then/ }).click();
    await page
      .getByRole('textbox', { name: 'Text of the waiting message' })
      .fill('Then write two changelogs');
    await happen(page, { type: 'turn_ended', id: 'prompt-1', outcome: 'done' }, 'p:prompt-1');
    await happen(page, { type: 'turn_started', id: 'w1' }, 'p:w1');
    await page.getByText('It does not wait any more').waitFor();
    await page.getByRole('button', { name: 'Send as a new message' }).click();
    const [prompt] = await asked(page, 'session/prompt');
    assert.deepEqual(prompt!['prompt'], [{ type: 'text', text: 'Then write two changelogs' }]);
  });

  it('U11: what is written for a waiting message stays while its reader looks elsewhere (C2)', async () => {
    const page = await at('phone', { scene: 'elsewhere', whole: 'Message 1000' });
    const prompt = [{ type: 'text', text: 'Wait for it' }];
    await happen(page, { type: 'prompt_received', id: 'w1', prompt }, 'p:w1');
    await page.getByRole('button', { name: /^Edit: Wait/ }).click();
    const box = page.getByRole('textbox', { name: 'Text of the waiting message' });
    await box.fill('Wait for it, and for me');
    const log = page.getByRole('region', { name: 'Conversation' });
    await log.press('Home');
    await box.waitFor({ state: 'detached' });
    await log.press('End');
    assert.equal(await box.inputValue(), 'Wait for it, and for me');
    assert.equal(await box.evaluate((element) => element === document.activeElement), false);
  });

  it('U14, C7 and C8: a risky mode is confirmed on a phone, at the desk it is marked; unknown kinds are shown', async () => {
    const page = await at('phone', views.controls);
    const panel = page.getByRole('region', { name: 'Modes and options' });
    await panel.getByText('Budget').waitFor();
    await panel.getByRole('combobox', { name: 'Mode', exact: true }).selectOption('bypass');
    await panel.getByRole('button', { name: 'Back' }).press('Tab');
    await page.keyboard.press('Enter');
    const [risky] = await asked(page, 'session/set_mode');
    const meta = risky!['_meta'] as { offdesk: { confirmed?: boolean } };
    assert.deepEqual([risky!['modeId'], meta.offdesk.confirmed], ['bypass', true]);
    await panel.getByRole('combobox', { name: 'Model' }).selectOption('haiku');
    const [option] = await asked(page, 'session/set_config_option');
    assert.deepEqual([option!['configId'], option!['value']], ['model', 'haiku']);
    assert.equal(
      await panel.getByRole('combobox', { name: 'Model' }).inputValue(),
      'opus',
      'only what the agent said is shown',
    );
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });

    const desk = await at('desk', views.controls);
    const mode = desk.getByRole('combobox', { name: 'Mode', exact: true });
    assert.match(
      (await mode.locator('option').allInnerTexts()).join(),
      /Bypass permissions \(acts without asking\)/,
    );
    await mode.selectOption('bypass');
    const [marked] = await asked(desk, 'session/set_mode');
    assert.equal(marked!['modeId'], 'bypass');
  });

  it('U15, S6 and C19: Offdesk answers its own command, and says of a picker that it works at the desk alone', async () => {
    const page = await at('phone', views.queue);
    const box = page.getByRole('textbox', { name: 'Message' });
    const send = page.getByRole('button', { name: 'Send', exact: true });
    await box.fill('/rc status');
    await send.click();
    await page.getByText('Remote control is on: connected.').waitFor();
    await box.fill('/remote-control off');
    await send.click();
    await page.getByText('turned off at the desk alone').waitFor();
    await box.fill('/theme');
    await send.click();
    await page.getByText('works at the desk alone').waitFor();
    assert.equal(await box.inputValue(), '/theme');
    assert.equal(await page.evaluate(`asked.some(({ method }) => method === 'session/prompt')`), false);
    await page.getByRole('button', { name: 'Send it as a message anyway' }).click();
    await asked(page, 'session/prompt');
    const desk = await at('desk', views.queue);
    await desk.getByRole('textbox', { name: 'Message' }).fill('/rc off');
    await desk.keyboard.press('Enter');
    await asked(desk, '_offdesk/host/stop');
  });

  it('G9, S9: one that another program has open is waited for, copied, or gone on with once that is confirmed', async () => {
    const page = await at('phone', views['past-live']);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const chosen = async () =>
      (await asked(page, '_offdesk/agent_sessions/continue')).map((one) => one['live']);
    await page.getByText('claude (process 4711)').waitFor();
    const focused = () => page.evaluate('document.activeElement.textContent');
    assert.equal(await focused(), 'Wait');
    await button('Wait').click();
    await page.getByText('Waiting ends when').waitFor();
    await button('Stop waiting').click();
    await button('Stop waiting').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Continue', 'back where it was asked for');
    // It asks again every few seconds as long as it waits, and decides nothing.
    const waited = await chosen();
    assert.ok(waited.length > 0 && waited.every((live) => live === undefined));
    await button('Continue: Untitled session').click();
    await button('Continue here anyway').click();
    const sure = page.getByRole('alertdialog');
    assert.equal(await focused(), 'Cancel', 'a second tap must not confirm');
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await button('Continue in a copy').waitFor();
    assert.deepEqual(await chosen(), [...waited, undefined], 'nothing is decided yet');
    await button('Continue in a copy').click();
    await eventually(async () => (await chosen()).at(-1) === 'fork', { what: 'the copy' });
  });

  it('what is written after a command was held back stays when the command is sent anyway (C2)', async () => {
    const page = await at('desk', views['command-note']);
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('Something else by now');
    await page.getByRole('button', { name: 'Send it as a message anyway' }).click();
    const [sent] = await asked(page, 'session/prompt');
    assert.deepEqual(sent!['prompt'], [{ type: 'text', text: '/theme' }]);
    assert.equal(await box.inputValue(), 'Something else by now');
  });

  it('a paste of text is text, also where a picture of it comes along; a picture alone is attached (C11)', async () => {
    const page = await at('desk', views.queue);
    const paste = (kinds: { [type: string]: string }) =>
      page.evaluate(`(() => {
        const clipboard = new DataTransfer();
        for (const [type, text] of Object.entries(${JSON.stringify(kinds)})) clipboard.setData(type, text);
        clipboard.items.add(new File(['drawn'], 'picture.txt', { type: 'text/plain' }));
        const event = new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true });
        return document.querySelector('.composer textarea').dispatchEvent(event);
      })()`);
    const html = { 'text/html': '<table></table>' };
    assert.equal(await paste({ ...html, 'text/plain': 'A cell' }), true, 'left to the browser');
    assert.equal(await page.locator('.attach-chip').count(), 0);
    assert.equal(await paste(html), false);
    await page.locator('.attach-chip').waitFor();
    assert.equal(await page.locator('.attach-chip').count(), 1);
  });

  it('S9: the past sessions of the agent are listed by folder, and one goes on', async () => {
    const page = await at('phone', views['past-sessions']);
    assert.equal(await page.getByRole('button', { name: /^Continue: Notes/ }).count(), 0);
    await page.getByRole('button', { name: /^Continue: Why/ }).click();
    const [wish] = await asked(page, '_offdesk/agent_sessions/continue');
    assert.equal(wish!['id'], 'a1');
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('S9: a session that goes on at the desk is shown there, and the others are chosen from', async () => {
    const page = await at('desk', two);
    const which = page.getByRole('combobox', { name: 'Session' });
    await which.selectOption('s2');
    await eventually(async () => (await which.inputValue()) === 's2', { what: 'the other session' });
    await page.getByText(two.whole).first().waitFor();
    await views['past-sessions-beside'].act(page);
    await page.getByRole('button', { name: /^Continue: Why/ }).click();
    await eventually(async () => (await which.inputValue()) === 's1', { what: 'the continued session' });
  });
});

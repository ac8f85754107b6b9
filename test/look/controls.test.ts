/** What a user does on the page: seen on both surfaces, done by keyboard, judged by axe, and what reaches the host. */
import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { outputPath } from '../support/paths.ts';
import { eventually } from '../support/wait.ts';
import { seriousFindings } from './axe.ts';
import { assertNotBlank, problemsOf } from './screens.checks.ts';
import { serveScenes, type Scenes } from './screens.scenes.ts';

interface Sight {
  name: string;
  surface: 'phone' | 'desk';
  theme: string;
  context: BrowserContextOptions;
}

const thumb: BrowserContextOptions = {
  ...{ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};
const sidebar: BrowserContextOptions = { viewport: { width: 360, height: 740 } };
const dark: BrowserContextOptions = { colorScheme: 'dark' };
const sights: Sight[] = [
  { name: 'light', surface: 'phone', theme: '', context: thumb },
  { name: 'dark', surface: 'phone', theme: '', context: { ...thumb, ...dark } },
  { name: 'contrast', surface: 'phone', theme: '', context: { ...thumb, ...dark, forcedColors: 'active' } },
  { name: 'light', surface: 'desk', theme: 'light', context: sidebar },
  { name: 'dark', surface: 'desk', theme: 'dark', context: { ...sidebar, ...dark } },
  { name: 'contrast', surface: 'desk', theme: 'high-contrast', context: { ...sidebar, ...dark } },
];

interface View {
  scene: string;
  /** There once it is whole. */
  whole: string | RegExp;
  act?: (page: Page) => Promise<void>;
  /** A list lies over other controls, which are no targets then. */
  covers?: true;
}

const openControls = async (page: Page) => {
  await page.getByRole('button', { name: /^Modes and options/ }).click();
  await page.getByRole('region', { name: 'Modes and options' }).waitFor();
};
const type = async (page: Page, text: string) => page.getByRole('textbox', { name: 'Message' }).fill(text);

/** By the name of the picture, after the surface's. */
const views: { [name: string]: View } = {
  hidden: { scene: 'asking-hidden', whole: 'U+202E' },
  url: { scene: 'asking-url', whole: 'docs.example.org' },
  page: { scene: 'asking-page', whole: 'Open evil.example' },
  plan: { scene: 'asking-plan', whole: 'What could go wrong' },
  'plan-read': {
    scene: 'asking-plan',
    whole: 'What could go wrong',
    act: (page) => page.getByRole('button', { name: 'Read the plan in full' }).click(),
  },
  form: { scene: 'asking-all', whole: 'How shall the release be announced?' },
  'form-wrong': {
    scene: 'asking-all',
    whole: 'How shall the release be announced?',
    act: (page) => page.getByRole('button', { name: 'Submit' }).click(),
  },
  queue: { scene: 'queue', whole: 'Then write the changelog' },
  'queue-edit': {
    scene: 'queue',
    whole: 'Then write the changelog',
    act: (page) => page.getByRole('button', { name: /^Edit: Then/ }).click(),
  },
  'queue-undo': {
    scene: 'queue',
    whole: 'Then write the changelog',
    act: (page) => page.getByRole('button', { name: /^Remove from the queue: Then/ }).click(),
  },
  controls: { scene: 'queue', whole: 'Then write the changelog', act: openControls },
  commands: {
    scene: 'queue',
    whole: 'Then write the changelog',
    act: (page) => type(page, '/re'),
    covers: true,
  },
  'command-hint': {
    scene: 'queue',
    whole: 'Then write the changelog',
    act: (page) => type(page, '/review '),
  },
};

describe('what a user does, on both surfaces', function () {
  this.timeout(180_000);
  let browser: TestBrowser;
  let scenes: Scenes;
  const pages = new Map<Sight, Page>();
  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
    scenes = await serveScenes();
    for (const sight of sights) {
      const context = await browser.browser.newContext({
        ...{ ...sight.context, reducedMotion: 'reduce', locale: 'en-GB' },
      });
      pages.set(sight, await context.newPage());
    }
  });
  after(async () => {
    scenes?.close();
    await browser?.close();
  });

  const pageOf = (surface: 'phone' | 'desk') =>
    [...pages].find(([sight]) => sight.surface === surface && sight.name === 'light')![1];

  async function show(page: Page, sight: Pick<Sight, 'surface' | 'theme'>, { scene, whole, act }: View) {
    await page.goto(scenes.address(`${sight.surface}-${scene}`, sight.theme));
    await page.getByText(whole).filter({ visible: true }).first().waitFor();
    await page.locator('.md.plain').first().waitFor({ state: 'detached' });
    await act?.(page);
  }

  const open = async (surface: 'phone' | 'desk', view: View) => {
    const page = pageOf(surface);
    await show(page, { surface, theme: surface === 'desk' ? 'light' : '' }, view);
    return page;
  };

  /** What the host was asked by this method. */
  async function asked(page: Page, method: string, count = 1): Promise<Record<string, unknown>[]> {
    const of = `asked.filter((one) => one.method === ${JSON.stringify(method)}).map((one) => one.params)`;
    const look = async () => (await page.evaluate(of)) as Record<string, unknown>[];
    await eventually(async () => (await look()).length >= count, { what: method });
    return look();
  }

  for (const [name, view] of Object.entries(views))
    it(`C2, C4, C5, C6, C7, C8 and C9: ${name} is well seen, and has no serious finding`, async () => {
      const found = await Promise.all([...pages].map(([sight, page]) => look(page, sight, name, view)));
      assert.deepEqual(found.flat(), []);
    });

  async function look(page: Page, sight: Sight, name: string, view: View): Promise<string[]> {
    const picture = `${sight.surface}-${name}-${sight.name}`;
    await show(page, sight, view);
    assertNotBlank(await page.screenshot({ path: outputPath('controls', `${picture}.png`) }), picture);
    const contrast = sight.context.forcedColors !== 'active';
    const touch = view.covers ? false : (sight.context.hasTouch ?? false);
    const seen = await problemsOf(page.locator('body'), { touch, contrast });
    const told = contrast ? await seriousFindings(page) : [];
    return [...seen, ...told].map((problem) => `${picture}: ${problem}`);
  }

  it('U12, C4: options stand in the order of the agent, what lasts is confirmed, what hides is shown', async () => {
    const page = await open('phone', views['hidden']!);
    const options = page.getByRole('group', { name: 'Answers' }).getByRole('button');
    assert.deepEqual(
      (await options.allInnerTexts()).map((text) => text.split('\n')[0]),
      ['Allow for this session', 'Allow', 'Reject'],
    );
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
    const [answer] = await asked(page, '_offdesk/answer');
    assert.deepEqual(answer!['answer'], { outcome: 'selected', optionId: 's' });
  });

  it('U13, C5: a form says at its fields what is wrong, and is sent once all is well', async () => {
    const page = await open('phone', views['form']!);
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
    const [answer] = await asked(page, '_offdesk/answer');
    assert.deepEqual(answer!['answer'], {
      action: 'accept',
      content: {
        ...{ title: 'A new release', mail: 'me@example.org', page: 'https://example.org', day: '2026-12-01' },
        ...{ copies: 2, share: 0.5, draft: true, size: 'short', channels: ['blog', 'chat'] },
      },
    });
  });

  it('U13, C5: a page to open says whose it is, whatever its address pretends', async () => {
    const page = await open('phone', views['page']!);
    const link = page.getByRole('link', { name: 'Open evil.example' });
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    await page.getByRole('button', { name: 'Decline' }).click();
    const [answer] = await asked(page, '_offdesk/answer');
    assert.deepEqual(answer!['answer'], { action: 'decline' });
  });

  it('C6: a plan is rejected with a comment, which is the next message', async () => {
    const page = await open('phone', views['plan']!);
    await page.getByRole('textbox', { name: /^Comment/ }).fill('Orders first.');
    await page.getByRole('button', { name: 'No, keep planning' }).click();
    const [answer] = await asked(page, '_offdesk/answer');
    assert.deepEqual(answer!['answer'], { outcome: 'selected', optionId: 'no' });
    const [prompt] = await asked(page, 'session/prompt');
    assert.deepEqual(prompt!['prompt'], [{ type: 'text', text: 'Orders first.' }]);
  });

  it('U11, C2: what waits is moved, edited, sent now and removed by keyboard alone, and comes back', async () => {
    const page = await open('desk', views['queue']!);
    const act = (name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) });
    assert.equal(await act('Move up: Then').getAttribute('aria-disabled'), 'true');
    await act('Move up: Look').press('Enter');
    const [move] = await asked(page, '_offdesk/queue/move');
    assert.deepEqual([move!['id'], move!['before']], ['w3', 'w2']);
    await act('Edit: And').press('Enter');
    await page.locator('textarea:focus').and(page.getByLabel('Text of the waiting message')).waitFor();
    await page.keyboard.type(' today');
    await page.keyboard.press('Control+Enter');
    const [edit] = await asked(page, '_offdesk/queue/edit');
    const text = 'And bump the version in package.json, the lock file and the docs today';
    assert.deepEqual([edit!['id'], edit!['prompt']], ['w2', [{ type: 'text', text }]]);
    await act('Send now: Look').press('Enter');
    // Asked first; the focus is on Yes.
    await page.locator('.confirm :focus').waitFor();
    await page.keyboard.press('Enter');
    const [now] = await asked(page, '_offdesk/queue/now');
    assert.equal(now!['id'], 'w3');
    await act('Remove from the queue: Then').press('Enter');
    const [removal] = await asked(page, '_offdesk/queue/remove');
    assert.equal(removal!['id'], 'w1');
    await happen(page, { type: 'prompt_removed', id: 'w1' }, 'p:w1');
    await page.getByText('2 messages wait their turn').waitFor();
    const undo = page.getByRole('button', { name: 'Undo' });
    await eventually(() => undo.evaluate((element) => element === document.activeElement), {
      what: 'the focus on Undo',
    });
    await undo.press('Enter');
    const [back] = await asked(page, 'session/prompt');
    const { id } = (back!['_meta'] as { offdesk: { id: string } }).offdesk;
    await happen(page, { type: 'prompt_received', id, prompt: back!['prompt'] }, `p:${id}`);
    const moves = await asked(page, '_offdesk/queue/move', 2);
    assert.deepEqual([moves[1]!['id'], moves[1]!['before']], [id, 'w2']);
  });

  it('U11, C2: a message that begins while it is edited keeps what was written', async () => {
    const page = await open('phone', views['queue']!);
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

  it('U14, C7 and C8: a risky mode is confirmed on a phone, at the desk it is marked; unknown kinds are shown', async () => {
    const page = await open('phone', views['controls']!);
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

    const desk = await open('desk', views['controls']!);
    const mode = desk.getByRole('combobox', { name: 'Mode', exact: true });
    assert.match(
      (await mode.locator('option').allInnerTexts()).join(),
      /Bypass permissions \(acts without asking\)/,
    );
    await mode.selectOption('bypass');
    const [marked] = await asked(desk, 'session/set_mode');
    assert.equal(marked!['modeId'], 'bypass');
  });

  it('C9: a command is completed by keyboard, with what may follow', async () => {
    const page = await open('desk', views['queue']!);
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.pressSequentially('/re');
    assert.deepEqual(
      (await page.getByRole('option').allInnerTexts()).map((text) => text.split(/\s/)[0]),
      ['/review', '/rename', '/remote-control'],
    );
    await box.press('ArrowDown');
    const active = await box.getAttribute('aria-activedescendant');
    assert.match((await page.locator(`#${active}`).getAttribute('aria-label')) ?? '', /^\/rename, \[name\]/);
    await box.press('Tab');
    assert.equal(await box.inputValue(), '/rename ');
    await page.getByText('/rename [name]').waitFor();
    await box.pressSequentially('Today');
    await box.press('Enter');
    const [prompt] = await asked(page, 'session/prompt');
    assert.deepEqual(prompt!['prompt'], [{ type: 'text', text: '/rename Today' }]);
  });

  it('U15, S6 and C19: Offdesk answers its own command, and says of a picker that it works at the desk alone', async () => {
    const page = await open('phone', views['queue']!);
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
    const desk = await open('desk', views['queue']!);
    await desk.getByRole('textbox', { name: 'Message' }).fill('/rc off');
    await desk.keyboard.press('Enter');
    await asked(desk, '_offdesk/host/stop');
  });

  it('S9: the past sessions of the agent are listed by folder, and one goes on', async () => {
    const problems: string[] = [];
    for (const [sight, page] of pages) {
      if (sight.surface !== 'phone') continue;
      await show(page, sight, { scene: 'agent-sessions', whole: 'Flaky upload test' });
      await page.getByRole('button', { name: "The agent's past sessions" }).click();
      await page.getByRole('heading', { name: '/work/web' }).waitFor();
      await page.getByRole('heading', { name: '/work/web' }).scrollIntoViewIfNeeded();
      await page.screenshot({ path: outputPath('controls', `phone-agent-sessions-${sight.name}.png`) });
      const contrast = sight.context.forcedColors !== 'active';
      problems.push(...(await problemsOf(page.locator('body'), { touch: true, contrast })));
      if (contrast) problems.push(...(await seriousFindings(page)));
    }
    assert.deepEqual(problems, []);
    const page = pageOf('phone');
    assert.equal(await page.getByRole('button', { name: /^Continue: Notes/ }).count(), 0);
    await page.getByRole('button', { name: /^Continue: Why/ }).click();
    const [wish] = await asked(page, '_offdesk/agent_sessions/continue');
    assert.equal(wish!['id'], 'a1');
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('S9: a session that goes on at the desk is shown there, and the others are chosen from', async () => {
    const page = await open('desk', { scene: 'two', whole: 'Pairing, devices and reach' });
    const which = page.getByRole('combobox', { name: 'Session' });
    await which.selectOption('s2');
    await eventually(async () => (await which.inputValue()) === 's2', { what: 'the other session' });
    await page.getByRole('button', { name: 'Pairing, devices and reach' }).click();
    await page.getByRole('button', { name: "The agent's past sessions" }).click();
    await page.getByRole('button', { name: /^Continue: Why/ }).click();
    await eventually(async () => (await which.inputValue()) === 's1', { what: 'the continued session' });
    await page.screenshot({ path: outputPath('controls', 'desk-agent-sessions-light.png') });
    assert.deepEqual(await seriousFindings(page), []);
  });

  let seq = 1_000;
  /** One more fact of the host's. */
  async function happen(page: Page, event: object, item: string): Promise<void> {
    const update = { sessionUpdate: 'session_info_update' };
    const fact = { seq: ++seq, at: Date.now(), origin: { kind: 'desk' }, item, update, event };
    await page.evaluate(`more(${JSON.stringify(fact)})`);
  }
});

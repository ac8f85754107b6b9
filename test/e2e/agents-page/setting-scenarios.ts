/** Scenarios of what is set, asked and offered: modes, options, questions, plans, slash commands. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { NotOffered } from '../../agents/table.ts';
import { eventually } from '../../support/wait.ts';
import type { Surface } from '../support/surface.ts';
import { change, choose, closeControls, isNamed, openControls, selectNow, selectsOf } from './controls.ts';
import type { PageWorld } from './page-world.ts';
import type { PageScenario } from './talk-scenarios.ts';

export const settingScenarios: readonly PageScenario[] = [
  {
    name: 'mode switched',
    async run(world) {
      const mode = await selectNow(world, 'mode');
      const other = mode.values.find(({ value, risky }) => value !== mode.current && !risky);
      assert.ok(other, `a mode beside ${mode.current} among ${JSON.stringify(mode.values)}`);
      await change(world, mode, other.value);
      await isNamed(world, other.name);
      await world.usable();
      assert.equal((await selectNow(world, 'mode')).current, other.value);
      await change(world, mode, mode.current);
      await isNamed(world, mode.values.find(({ value }) => value === mode.current)!.name);
      await world.usable();
    },
  },
  {
    name: 'option or model changed',
    async run(world) {
      await openControls(world);
      const selects = (await selectsOf(world)).filter(({ key }) => key !== 'mode');
      const choices = selects.flatMap((select) =>
        select.values.flatMap((one) =>
          one.value === select.current || one.risky ? [] : [{ select, ...one }],
        ),
      );
      // Other models may be out of reach here, or choose among others by asking one.
      const choice = choices.find(({ select }) => /effort|reason|think/i.test(select.name)) ?? choices.at(-1);
      assert.ok(choice, `an option with another value among ${JSON.stringify(selects)}`);
      const { select, value } = choice;
      await choose(world, select, value);
      await closeControls(world);
      await world.usable();
      assert.equal((await selectNow(world, select.key)).current, value);
      await change(world, select, select.current);
    },
  },
  {
    name: 'question answered',
    async run(world) {
      const first = await world.send('Ask me [[ask]]');
      if (await world.asks(first)) return answerBlue(world, first);
      await world.ends(first);
      await world.says(first, /NO TOOL for ask/);
      // Codex has the tool in its plan mode alone.
      await openControls(world);
      const selects = await selectsOf(world);
      await closeControls(world);
      const planning = selects.find(
        ({ key, values }) => key !== 'mode' && values.some(({ value }) => value === 'plan'),
      );
      if (!planning) throw new NotOffered('gives its model no tool to ask with');
      await change(world, planning, 'plan');
      const second = await world.send('Ask me now [[ask]]');
      assert.ok(await world.asks(second));
      await answerBlue(world, second);
      await change(world, planning, planning.current);
    },
  },
  {
    name: 'plan',
    async run(world) {
      const prompt = await world.send('Make a plan [[plan]]');
      if (await world.asks(prompt)) await world.answers(prompt, 'allow_once');
      await world.ends(prompt);
      const planOf = (surface: Surface) => surface.below(prompt).locator('details.plan');
      if ((await planOf(world.onPhone).count()) === 0) return planMode(world);
      await world.both(async (surface) => {
        const plan = planOf(surface);
        await plan.getByText('1 of 2').waitFor();
        const bar = plan.getByRole('progressbar', { name: 'Plan' });
        assert.equal(await bar.getAttribute('aria-valuenow'), '1');
        const step = (name: string) =>
          plan.getByRole('listitem').filter({ hasText: `${name} scripted step` });
        assert.equal(await step('First').isVisible(), false);
        await world.press(surface, plan.getByText('1 of 2'));
        await step('First').getByText('done', { exact: true }).waitFor();
        await step('Second').getByText('in progress').waitFor();
      });
      await world.same(prompt);
    },
  },
  {
    name: 'slash command',
    async run(world) {
      await world.type('/');
      const list = world.onPhone.screen.getByRole('listbox', { name: 'Commands' });
      await list.waitFor();
      const names = (await list.getByRole('option').locator('.name').allTextContents()).map((one) =>
        one.trim(),
      );
      // What answers by itself; opencode has only commands for the model.
      const own = ['/context', '/status', '/about', '/usage'].find((name) => names.includes(name));
      const command = own ?? '/review';
      assert.ok(names.includes(command), names.join(', '));
      await world.phone.page.keyboard.type(command.slice(1, 4));
      await list.getByRole('option', { name: new RegExp(`^${command}(,|$)`) }).tap();
      assert.equal(await world.onPhone.message.inputValue(), `${command} `);
      const rest = own ? '' : '[[text:slash]]';
      await world.phone.page.keyboard.type(rest);
      await world.sendTyped();
      const prompt = `${command} ${rest}`.trim();
      if (await world.asks(prompt)) await world.answers(prompt, 'allow_once');
      await world.ends(prompt);
      // opencode has it done by a subagent, whose words stand in its own.
      await world.says(prompt, own ? /\S/ : /Hello from the fake model/);
      await world.same(prompt);
      await world.usable();
    },
  },
];

/** Claude Code has plans in its plan mode, and asks for them to be approved: the phone reads one and comments on it. */
async function planMode(world: PageWorld): Promise<void> {
  const mode = await selectNow(world, 'mode');
  if (!mode.values.some(({ value }) => value === 'plan'))
    throw new NotOffered('gives its model no tool for plans');
  await change(world, mode, 'plan');
  const prompt = await world.send('Plan it [[plan:mode]]');
  if (!(await world.asks(prompt))) {
    await change(world, mode, mode.current);
    throw new NotOffered('tells of no plan, and asks for none to be approved');
  }
  await world.asked(async (card) => {
    await card.getByRole('heading', { name: /has a plan and asks to begin$/ }).waitFor();
    await card.getByRole('region', { name: 'The plan' }).getByText('First scripted step').waitFor();
  });
  const { card } = world.onPhone;
  await card.getByRole('button', { name: 'Read the plan in full' }).tap();
  await card.getByText('Second scripted step').waitFor();
  await card.getByRole('button', { name: 'Back to the answers' }).tap();
  const comment = 'Rather so [[text:comment]]';
  await card.getByRole('textbox', { name: 'Comment, sent as your next message' }).tap();
  await world.phone.page.keyboard.type(comment);
  await world.answers(prompt, 'reject_once');
  await world.ends(comment);
  await world.says(comment);
  await world.same(prompt);
  await change(world, mode, mode.current);
}

/** Blue, in a form or among options, whichever the agent asks by. */
async function answerBlue(world: PageWorld, prompt: string): Promise<void> {
  const blue = (card: Locator) =>
    card.getByRole('radio', { name: /Blue/ }).or(card.getByRole('button', { name: /Blue/ }));
  await world.asked(async (card) => {
    await card.getByText('Which colour do you want?').first().waitFor();
    await blue(card).waitFor();
  });
  const { card } = world.onPhone;
  await blue(card).tap();
  const submit = card.getByRole('button', { name: 'Submit', exact: true });
  if (await submit.isVisible()) {
    await eventually(() => blue(card).isChecked(), { what: 'Blue to be chosen' });
    await submit.tap();
  }
  await world.closed(prompt, new RegExp(`^(Answered|Allowed) by ${world.phoneName}$`));
  await world.ends(prompt);
  await world.says(prompt, /Blue/);
  await world.same(prompt);
}

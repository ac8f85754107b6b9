/** Scenarios of one turn: what the agent says, reads and changes, and what it asks before. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { said } from '../../model/scenarios.ts';
import { eventually } from '../../support/wait.ts';
import { patienceMs } from '../support/agent-world.ts';
import type { PageWorld } from './page-world.ts';

export interface PageScenario {
  /** As test/agents calls it. */
  name: string;
  /** Throws NotOffered where the agent shows that it has no such thing. */
  run(world: PageWorld): Promise<void>;
}

export const talkScenarios: readonly PageScenario[] = [
  {
    name: 'text',
    async run(world) {
      const prompt = await world.send('Say hello [[text]]');
      await world.ends(prompt);
      await world.says(prompt);
      await world.both(async (surface) => {
        const answer = surface.below(prompt).locator('.agent');
        await answer.locator('strong', { hasText: 'Markdown' }).waitFor();
        await answer.locator('code', { hasText: 'code' }).waitFor();
      });
      const by = async (surface: PageWorld['atDesk']) => await surface.fate(prompt).textContent();
      assert.ok((await by(world.atDesk))?.startsWith(`from ${world.phoneName} · `));
      assert.match((await by(world.onPhone)) ?? '', /^\d/);
      await world.same(prompt);
    },
  },
  {
    name: 'thoughts',
    async run(world) {
      const prompt = await world.send('Think first [[text:thoughts]]', 'keys');
      await world.ends(prompt);
      await world.both(async (surface) => {
        const thought = surface.below(prompt).locator('details.thought').first();
        const words = thought.getByText(said.thought);
        assert.equal(await words.isVisible(), false);
        await world.press(surface, thought.getByText(/^Thought/));
        await words.waitFor();
      });
      await world.same(prompt);
    },
  },
  {
    name: 'read',
    async run(world) {
      const prompt = await world.send(`Read it [[read:${join(world.workspace, 'readme.txt')}]]`);
      if (await world.asks(prompt)) {
        await world.asked();
        await world.answers(prompt, 'allow_once');
      }
      await world.ends(prompt);
      await world.call(prompt, 'done');
      await world.says(prompt, /alpha line/);
      await world.same(prompt);
    },
  },
  {
    name: 'edit with diff',
    async run(world) {
      const file = join(world.workspace, 'readme.txt');
      const prompt = await world.send(`Change it [[edit:${file}]]`);
      const changed = async (inside: Locator) =>
        assert.match(await inside.getByLabel('Changes to readme.txt').innerText(), /− alpha[^\n]*\s+\+ beta/);
      if (await world.asks(prompt)) {
        await world.asked(changed);
        assert.equal(readFileSync(file, 'utf8'), 'alpha line\n');
        await world.answers(prompt, 'allow_once');
      }
      await world.ends(prompt);
      assert.equal(readFileSync(file, 'utf8'), 'beta line\n');
      writeFileSync(file, 'alpha line\n');
      await world.call(prompt, 'done', changed);
      await world.same(prompt);
    },
  },
  {
    name: 'write new file',
    async run(world) {
      const file = join(world.workspace, 'hello.txt');
      const prompt = await world.send(`Write it [[write:${file}]]`);
      const shown = async (inside: Locator) => {
        await inside.getByText('hello.txt').first().waitFor();
        await inside.getByText('hello written by scripted model').first().waitFor();
      };
      if (await world.asks(prompt)) {
        await world.asked(shown);
        assert.equal(existsSync(file), false);
        await world.answers(prompt, 'allow_once');
      }
      await world.ends(prompt);
      assert.equal(readFileSync(file, 'utf8'), said.file);
      await world.call(prompt, 'done', shown);
      await world.same(prompt);
    },
  },
  {
    name: 'shell allowed',
    async run(world) {
      const command = 'echo hello-from-shell > shell.txt && cat shell.txt';
      const prompt = await world.send('Run it [[shell]]');
      await world.asked((card) => card.getByText(command).first().waitFor());
      assert.equal(existsSync(join(world.workspace, 'shell.txt')), false);
      await world.answers(prompt, 'allow_once');
      await world.ends(prompt);
      assert.equal(readFileSync(join(world.workspace, 'shell.txt'), 'utf8'), 'hello-from-shell\n');
      await world.call(prompt, 'done', async (tool, surface) => {
        await world.press(surface, tool.getByRole('button', { name: /^Show \d+ lines? of output$/ }));
        await tool.getByLabel('Output').getByText('hello-from-shell').waitFor();
      });
      await world.same(prompt);
    },
  },
  {
    name: 'shell rejected',
    async run(world) {
      const prompt = await world.send('Run that [[denied]]');
      await world.asked((card) => card.getByText('touch denied.txt').first().waitFor());
      await world.answers(prompt, 'reject_once');
      await world.both((surface) =>
        eventually(async () => /· (done|stopped)$/.test((await surface.fate(prompt).textContent()) ?? ''), {
          what: `${surface.name}: the end`,
          timeoutMs: patienceMs,
        }),
      );
      assert.equal(existsSync(join(world.workspace, 'denied.txt')), false);
      await world.call(prompt, 'rejected');
      await world.same(prompt);
      await world.usable();
    },
  },
  {
    name: 'long shell cancelled',
    async run(world) {
      const begun = join(world.workspace, 'begun.txt');
      const prompt = await world.send(
        'Run for long [[slow-shell:echo begun > begun.txt && sleep 300]]',
        'keys',
      );
      await world.asked((card) => card.getByText('sleep 300').first().waitFor());
      await world.answers(prompt, 'allow_once');
      await eventually(() => existsSync(begun), { what: 'the command', timeoutMs: patienceMs });
      await world.both((surface) =>
        surface.below(prompt).locator('.tool .state').getByText('running').waitFor(),
      );
      await world.onPhone.stop.tap();

      await world.ends(prompt, 'stopped');
      await world.both(async (surface) => {
        const open = surface
          .below(prompt)
          .locator('.tool .state')
          .getByText(/^(running|waiting)$/);
        await open.waitFor({ state: 'detached' });
        await surface.stop.waitFor({ state: 'detached' });
      });
      await eventually(() => !world.runs('sleep 300'), { what: 'the command to be gone' });
      await world.same(prompt);
      await world.usable();
    },
  },
];

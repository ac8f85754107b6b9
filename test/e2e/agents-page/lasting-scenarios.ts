/** Scenarios of an agent that dies, and of sessions after each other and beside each other. */
import assert from 'node:assert/strict';
import { NotOffered } from '../../agents/table.ts';
import { eventually } from '../../support/wait.ts';
import { patienceMs } from '../support/agent-world.ts';
import type { PageWorld } from './page-world.ts';
import { slowTurn } from './queue-scenarios.ts';
import type { PageScenario } from './talk-scenarios.ts';

export const lastingScenarios: readonly PageScenario[] = [
  {
    name: 'killed and continued',
    async run(world) {
      const first = await world.send('Remember me [[text:remember]]');
      await world.ends(first);
      const slow = await slowTurn(world, 5_000);
      world.killAgent();
      await world.ends(slow, 'interrupted');
      await world.both(async (surface) => {
        await surface.screen.locator('[role=alert][data-code=agent_exited]').waitFor();
        await surface.waitForText(/was ended by SIGKILL\. Send a prompt to start it again\./);
      });
      const since = world.asksSoFar;
      const again = await world.send('Go on [[text:again]]');
      await world.ends(again);
      await world.says(again);
      await world.both((surface) =>
        surface.screen.locator('[role=alert][data-code=agent_exited]').waitFor({ state: 'detached' }),
      );
      assert.deepEqual(world.remembered(since, 'text:again').slice(-3), [
        'text:remember',
        'slow:5000',
        'text:again',
      ]);
      await world.same(slow);
    },
  },
  {
    name: 'past session continued',
    async run(world) {
      const keep = await world.send('Keep this [[text:keep]]');
      await world.ends(keep);
      await world.desk.runCommand('Offdesk: Stop Remote Control');
      await world.desk.statusBarItem(/Offdesk: Remote control is off/).waitFor();
      await world.desk.runCommand('Offdesk: Start Remote Control');
      await world.connected();
      await toList(world);
      const past = world.phone.page.getByRole('button', {
        name: /^(Past sessions of|The agent’s past sessions)/,
      });
      await past.tap();
      const none = world.phone.page.getByText('does not list its past sessions.');
      const found = world.phone.page.getByRole('button', { name: /^Continue: / });
      await found.or(none).first().waitFor({ timeout: patienceMs });
      if (await none.isVisible()) throw new NotOffered('lists no past sessions');
      await found.tap();
      await showAtDesk(world, 1);
      await world.both((surface) => surface.waitForFate(keep, 'done'));
      const since = world.asksSoFar;
      const prompt = await world.send('And now [[text:past]]');
      await world.ends(prompt);
      await world.says(prompt);
      const remembered = world.remembered(since, 'text:past');
      assert.ok(remembered.includes('text:keep'), remembered.join(', '));
      await world.same(prompt);
    },
  },
  {
    name: 'two sessions at once',
    async run(world) {
      const here = await slowTurn(world, 300);
      await toList(world);
      const rows = world.phone.page.locator('.session-row');
      await rows.filter({ hasText: 'working' }).waitFor();
      await rows.filter({ hasNotText: 'working' }).first().tap();
      await showAtDesk(world, 0);
      const there = await slowTurn(world, 40);
      await world.ends(there);
      await world.says(there, /^word0 .*word39\s*$/s);
      const since = world.asksSoFar;
      const alone = await world.send('Alone [[text:alone]]');
      await world.ends(alone);
      assert.deepEqual(world.remembered(since, 'text:alone'), ['slow:40', 'text:alone']);
      await world.same(there);
      await toList(world);
      await rows.filter({ hasNotText: there }).first().tap();
      await showAtDesk(world, 1);
      world.model.hurry();
      await world.ends(here);
      await world.says(here, /^word0 .*word299\s*$/s);
      await world.same(here);
    },
  },
];

/** Back to the list of sessions on the phone. */
async function toList(world: PageWorld): Promise<void> {
  await world.phone.page.getByRole('button', { name: 'Back', exact: true }).tap();
  await world.phone.page.locator('.session-row').first().waitFor();
}

/** Chooses among the sessions at the desk, once it knows of both: the second one's agent starts first. */
async function showAtDesk(world: PageWorld, index: number): Promise<void> {
  const which = world.atDesk.screen.getByRole('combobox', { name: 'Session' });
  await eventually(async () => (await which.locator('option').count()) > index, {
    what: 'both sessions at the desk',
    timeoutMs: patienceMs,
  });
  await which.selectOption({ index });
}

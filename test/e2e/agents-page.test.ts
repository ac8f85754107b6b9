/**
 * Three real agents through every scenario of test/agents, done by a user on the phone's real page, over the relay, with
 * the real VS Code as the desk; ends with the table agent × scenario (issue 4, line 2).
 */
import assert from 'node:assert/strict';
import { scenarios as all } from '../agents/scenarios.ts';
import { Table } from '../agents/table.ts';
import { agentMissing, type AnyAgent } from '../support/real-agents.ts';
import { lastingScenarios } from './agents-page/lasting-scenarios.ts';
import { PageWorld } from './agents-page/page-world.ts';
import { queueScenarios } from './agents-page/queue-scenarios.ts';
import { settingScenarios } from './agents-page/setting-scenarios.ts';
import { talkScenarios } from './agents-page/talk-scenarios.ts';
import { quietPlace } from './support/quiet-place.ts';

/** Kimi Code offers most of the others: plans, questions, and its own past sessions. */
const agents: readonly AnyAgent[] = ['claude', 'opencode', 'kimi'];
const scenarios = [...talkScenarios, ...queueScenarios, ...settingScenarios, ...lastingScenarios];
/** Over the channel alone: on the page it is a choice of its own, which test/look/controls.test.ts makes. */
const elsewhere = 'past session in another program';
const names = all.map(({ name }) => name).filter((name) => name !== elsewhere);

describe('agents from the phone’s page', function () {
  this.timeout(4 * 60_000);
  const table = new Table(agents, names);

  it('goes through the scenarios of test/agents', () => {
    assert.deepEqual(scenarios.map(({ name }) => name).sort(), [...names].sort());
  });

  for (const name of agents) {
    describe(name, () => {
      const place = quietPlace(50, 'vscode');
      let world: PageWorld;

      before(async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`      skipped: ${missing}`);
          this.skip();
        }
        world = new PageWorld(name, { ...place, pictures: 'agents-page' });
        await world.open();
        await world.pair();
      });
      afterEach(async function () {
        if (this.currentTest?.state !== 'failed') return;
        await world?.picture(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`).catch(() => undefined);
      });
      after(() => world?.close());

      for (const { name: scenario, run } of scenarios)
        it(scenario, () => table.run(name, scenario, () => run(world)));

      it('no page threw anything', () => {
        assert.deepEqual([world.phone.log.exceptions, world.desk.log.exceptions], [[], []]);
      });
    });
  }

  after(() => console.log(`\n${table.print()}\n`));
});

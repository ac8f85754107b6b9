/** Every agent through every scenario, driven by a paired device; ends with the table agent × scenario. */
import { agentMissing, agentsPlace, everyAgent } from '../support/real-agents.ts';
import { AgentWorld } from './agent-world.ts';
import { scenarios } from './scenarios.ts';
import { Table } from './table.ts';

describe('agents', function () {
  this.timeout(4 * 60_000);
  const place = agentsPlace(50);
  const table = new Table(
    everyAgent,
    scenarios.map(({ name }) => name),
  );

  for (const name of everyAgent) {
    describe(name, () => {
      let world: AgentWorld;

      before(async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`skipped: ${missing}`);
          this.skip();
        }
        world = new AgentWorld(name, place);
        await world.start();
      });

      after(() => world?.dispose());

      for (const { name: scenario, run } of scenarios) {
        it(scenario, () => table.run(name, scenario, () => run(world)));
      }
    });
  }

  after(() => console.log(`\n${table.print()}\n`));
});

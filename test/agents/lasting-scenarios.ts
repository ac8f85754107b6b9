/** Scenarios of sessions beside each other and after each other. */
import assert from 'node:assert/strict';
import {
  methods,
  type AgentSessionContinueResult,
  type AgentSessionsResult,
} from '../../src/protocol/methods.ts';
import { said } from '../model/scenarios.ts';
import { rememberedWith } from '../support/model-log.ts';
import { within } from '../support/wait.ts';
import { patienceMs } from './agent-world.ts';
import { slowTurn } from './queue-scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { NotOffered } from './table.ts';

export const lastingScenarios: readonly Scenario[] = [
  {
    name: 'killed and continued',
    async run(world) {
      await world.turn('Please run [[text:remember]]');
      const slow = await slowTurn(world, 600);
      world.killAgent();
      const cut = await slow.ended;
      assert.equal(cut.prompt.state, 'interrupted');
      const asked = world.asked;
      const { prompt, text, items } = await world.turn('Please run [[text:again]]');
      assert.equal(prompt.state, 'done');
      assert.equal(text, said.text);
      assert.deepEqual(
        items.filter(({ kind }) => kind === 'notice'),
        [],
      );
      const remembered = rememberedWith(world.model, asked, 'text:again');
      assert.deepEqual(remembered.slice(-3), ['text:remember', 'slow:600', 'text:again']);
    },
  },
  {
    name: 'two sessions at once',
    async run(world) {
      const other = await world.beside();
      const [here, there] = [slowTurn(world, 60), slowTurn(other, 40)];
      const one = await (await here).ended;
      const two = await (await there).ended;
      assert.deepEqual([one.prompt.state, two.prompt.state], ['done', 'done']);
      assert.match(one.text, /^word0 .*word59\s*$/s);
      assert.match(two.text, /^word0 .*word39\s*$/s);
      const asked = world.asked;
      await other.turn('Please run [[text:alone]]');
      const remembered = rememberedWith(world.model, asked, 'text:alone');
      assert.deepEqual(remembered, ['slow:40', 'text:alone']);
    },
  },
  {
    name: 'past session continued',
    async run(world) {
      await world.turn('Please run [[text:keep]]');
      const past = world.agentSession;
      const other = await world.beside();
      await world.end();
      const list = await other.probe.request<AgentSessionsResult>(methods.agentSessions, { limit: 20 });
      if (!list.offered) throw new NotOffered('its sessionCapabilities have no list');
      const found = list.sessions.find(({ id }) => id === past);
      assert.ok(found, `${past} among ${JSON.stringify(list.sessions)}`);
      assert.equal(found.here, true);
      const { sessionId } = await within(
        other.probe.request<AgentSessionContinueResult>(methods.agentSessionContinue, { id: past }),
        patienceMs,
        'the past session',
      );
      await other.open(sessionId);
      const texts = other.transcript.items.flatMap((item) => (item.kind === 'message' ? [item] : []));
      const shown = JSON.stringify(texts);
      assert.match(shown, /\[\[text:keep\]\]/);
      assert.match(shown, /Hello from the fake model/);
      const asked = other.asked;
      const { prompt, text } = await other.turn('Please run [[text:past]]');
      assert.equal(prompt.state, 'done');
      assert.equal(text, said.text);
      const remembered = rememberedWith(other.model, asked, 'text:past');
      assert.ok(remembered.includes('text:keep'), remembered.join(', '));
    },
  },
];
